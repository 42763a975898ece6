-- What is sold, what it costs, who supplies it, and what of it an opportunity holds. Prices are minor units.
create table products (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  name text not null,
  sku text,
  price_minor bigint not null,
  currency text not null default 'AUD',
  category text,
  description text,
  unit text,
  benefits text,
  deposit_percent numeric(6, 3),
  default_expiry_days integer,
  images text[] not null default '{}',
  track_inventory boolean not null default false,
  track_batches boolean not null default false,
  low_stock_threshold numeric(14, 3),
  is_active boolean not null default true,
  -- null: the company's own work order configuration applies.
  work_order_config jsonb,
  metadata jsonb not null default '{}',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);
select protect_table('products');
create index products_newest on products (workspace_id, created_at desc, id desc);
create index products_by_activity on products (workspace_id, is_active, created_at desc, id desc);
create index products_by_category on products (workspace_id, category, created_at desc, id desc);
create index products_by_sku on products (workspace_id, sku, created_at desc, id desc);

create table supplier_products (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  supplier_id uuid not null,
  product_id uuid,
  -- The product's name as it was linked; what is shown once the product is gone, or where there never was one.
  product_name text not null,
  supplier_price_minor bigint not null,
  currency text not null default 'AUD',
  supplier_sku text,
  lead_time_days integer,
  minimum_order_qty numeric(14, 3),
  is_active boolean not null default true,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, supplier_id) references companies (workspace_id, id) on delete cascade,
  foreign key (workspace_id, product_id) references products (workspace_id, id) on delete set null (product_id)
);
select protect_table('supplier_products');
create index supplier_products_newest on supplier_products (workspace_id, created_at desc, id desc);
create index supplier_products_by_supplier on supplier_products (workspace_id, supplier_id, created_at desc, id desc);
create index supplier_products_by_product on supplier_products (workspace_id, product_id, created_at desc, id desc);
create index supplier_products_by_activity on supplier_products (workspace_id, is_active, created_at desc, id desc);

create table product_costs (
  workspace_id uuid not null,
  id uuid not null,
  product_id uuid not null,
  label text,
  cost_price_minor bigint not null default 0,
  currency text not null,
  quantity numeric(14, 3) not null default 1,
  supplier_id uuid,
  supplier_product_id uuid,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, product_id) references products (workspace_id, id) on delete cascade,
  foreign key (workspace_id, supplier_id) references companies (workspace_id, id) on delete set null (supplier_id),
  foreign key (workspace_id, supplier_product_id) references supplier_products (workspace_id, id)
    on delete set null (supplier_product_id)
);
select protect_table('product_costs');
create index product_costs_by_product on product_costs (workspace_id, product_id, created_at, id);
create index product_costs_by_supplier on product_costs (workspace_id, supplier_id);
create index product_costs_by_supplier_product on product_costs (workspace_id, supplier_product_id);

-- A line of an opportunity. The name and the price are kept as they were when the line was added; a product that is deleted
-- leaves its lines standing.
create table opportunity_products (
  workspace_id uuid not null,
  id uuid not null,
  opportunity_id uuid not null,
  product_id uuid,
  name text not null,
  quantity numeric(14, 3) not null default 1,
  unit_price_minor bigint not null,
  currency text not null,
  discount_percent numeric(6, 3) not null default 0 check (discount_percent between 0 and 100),
  deposit_percent numeric(6, 3) check (deposit_percent between 0 and 100),
  payment_status text not null default 'unpaid'
    check (payment_status in ('unpaid', 'deposit_invoiced', 'invoiced', 'paid')),
  position integer not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- What the line comes to, in minor units.
  total_minor bigint not null generated always as
    (round(quantity * unit_price_minor * (100 - discount_percent) / 100)::bigint) stored,
  primary key (workspace_id, id),
  foreign key (workspace_id, opportunity_id) references opportunities (workspace_id, id) on delete cascade,
  foreign key (workspace_id, product_id) references products (workspace_id, id) on delete set null (product_id)
);
select protect_table('opportunity_products');
create index opportunity_products_in_order on opportunity_products (workspace_id, opportunity_id, position, id);
create index opportunity_products_by_product on opportunity_products (workspace_id, product_id);

create table opportunity_product_costs (
  workspace_id uuid not null,
  id uuid not null,
  opportunity_product_id uuid not null,
  label text,
  unit_cost_minor bigint not null default 0,
  quantity numeric(14, 3) not null default 1,
  currency text not null,
  supplier_id uuid,
  supplier_product_id uuid,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, opportunity_product_id) references opportunity_products (workspace_id, id) on delete cascade,
  foreign key (workspace_id, supplier_id) references companies (workspace_id, id) on delete set null (supplier_id),
  foreign key (workspace_id, supplier_product_id) references supplier_products (workspace_id, id)
    on delete set null (supplier_product_id)
);
select protect_table('opportunity_product_costs');
create index opportunity_product_costs_by_line on opportunity_product_costs
  (workspace_id, opportunity_product_id, created_at, id);
create index opportunity_product_costs_by_supplier on opportunity_product_costs (workspace_id, supplier_id);
create index opportunity_product_costs_by_supplier_product on opportunity_product_costs (workspace_id, supplier_product_id);
