import { createContext, useContext } from "react";

export type StaffMember = { id: string; name: string };

export type ShopFacts = {
  name: string;
  zone: string;
  number: string;
  owner: string;
  staff: StaffMember[];
  now: Date;
};

/** The shop whose desk this is, with the simulated time. */
export const Shop = createContext<ShopFacts>({
  name: "",
  zone: "UTC",
  number: "",
  owner: "",
  staff: [],
  now: new Date(0),
});

export function useShop(): ShopFacts {
  return useContext(Shop);
}
