/** The invitation's uid, which the booker's and the host's calendar programs know the booking by as well. */
const form = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})@frontdesk$/i;

export function uidOf(bookingId: string): string {
  return `${bookingId}@frontdesk`;
}

export function bookingIdIn(uid: string | undefined): string | undefined {
  return uid?.match(form)?.[1]?.toLowerCase();
}
