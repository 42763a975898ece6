-- Wrong PINs in all, which outlive the quarter of an hour a portal is shut for and the right PIN: every so many end the PIN.
alter table work_status_portals add column wrong_pins integer not null default 0;
