import assert from "node:assert/strict";
import { test } from "node:test";
import type { AnyOperation } from "../kernel/operation.ts";
import { Registry } from "../kernel/registry.ts";
import { modules } from "../modules/index.ts";
import { knownScopes } from "../scopes.ts";
import { toolNames } from "./mcp-tools.ts";
import { searchOperations } from "./search-operations.ts";

const every = toolNames(
  new Registry(modules, knownScopes).operations.filter(
    (one) => one.surface.name === "workspace" && one.route,
  ),
);

/** Operations of which only what the search reads is there. */
function named(...all: (Partial<AnyOperation> & { name: string })[]): Map<string, AnyOperation> {
  const nothing = { noun: "", summary: "", section: "", effect: "read", scopes: [] };
  return new Map(all.map((one) => [one.name, { ...nothing, ...one } as unknown as AnyOperation]));
}

const found = (names: ReadonlyMap<string, AnyOperation>, query: string, limit = 10) =>
  searchOperations(names, query, limit).map(({ name }) => name);

test("what people would say finds the operation that does it", () => {
  const said: [string, string][] = [
    ["add a customer", "create_contact"],
    ["find a client", "list_contacts"],
    ["remove a person", "delete_contact"],
    ["edit the deal", "update_opportunity"],
    ["cancel an appointment", "cancel_scheduling_booking"],
    ["send a text", "send_sms"],
    ["new companies", "create_company"],
  ];
  for (const [query, wanted] of said) {
    assert.ok(found(every, query, 3).includes(wanted), `${query}: ${found(every, query, 3).join()}`);
  }
});

test("nothing asked lists everything by name, and what answers to no word is left out", () => {
  const names = named({ name: "b_two" }, { name: "a_one" }, { name: "c_three" });
  assert.deepEqual(found(names, ""), ["a_one", "b_two", "c_three"]);
  assert.deepEqual(found(names, " ,- "), ["a_one", "b_two", "c_three"]);
  assert.deepEqual(found(names, "", 2), ["a_one", "b_two"]);
  assert.deepEqual(found(names, "two"), ["b_two"]);
  assert.deepEqual(found(names, "nowhere"), []);
});

test("a hit tells what is needed to choose among them", () => {
  const scopes = ["contacts:write"];
  const one = {
    name: "create_contact",
    summary: "Make one.",
    section: "People",
    effect: "write",
    scopes,
  } as const;
  assert.deepEqual(searchOperations(named({ ...one, noun: "contact" }), "contact", 1), [one]);
});

test("the doing tells more than the thing, the name more than the summary, and that more than the description", () => {
  const orders: [string, Map<string, AnyOperation>, string[]][] = [
    ["cancel", named({ name: "list_cancel" }, { name: "cancel_list" }), ["cancel_list", "list_cancel"]],
    ["list", named({ name: "cancel_list" }, { name: "list_cancel" }), ["list_cancel", "cancel_list"]],
    ["show", named({ name: "a_list" }, { name: "list_a" }), ["list_a", "a_list"]],
    // A name that says nothing beside what was asked loses nothing for its length.
    [
      "box parcel",
      named({ name: "parcel", noun: "box", summary: "Box" }, { name: "box_parcel" }),
      ["box_parcel", "parcel"],
    ],
    // Signs between the words are no words.
    [
      "parcel?",
      named({ name: "b_parcel", summary: "It." }, { name: "a_parcel", summary: "It" }),
      ["a_parcel", "b_parcel"],
    ],
    ["gas", named({ name: "get_ga" }, { name: "get_gas" }), ["get_gas"]],
    [
      "parcel",
      named(
        { name: "a", description: "A parcel." },
        { name: "b", summary: "A parcel." },
        { name: "c", noun: "parcel" },
        { name: "get_parcel" },
      ),
      ["get_parcel", "c", "b", "a"],
    ],
    [
      "parcel",
      named({ name: "get_parcel_label" }, { name: "get_parcel" }),
      ["get_parcel", "get_parcel_label"],
    ],
    // The word itself before another word for it.
    ["customer", named({ name: "get_contact" }, { name: "get_customer" }), ["get_customer", "get_contact"]],
    ["parcel", named({ name: "get_parcel" }, { name: "get_bigparcel" }), ["get_parcel", "get_bigparcel"]],
    ["box", named({ name: "get_box" }, { name: "get_toolbox" }), ["get_box"]],
    ["parcels", named({ name: "b_parcel" }, { name: "a_parcel" }), ["a_parcel", "b_parcel"]],
    // One that hardly fits is found all the same.
    [
      "parcel",
      named({ name: "one_two_three_four_five", description: "The parcel." }),
      ["one_two_three_four_five"],
    ],
  ];
  for (const [query, names, wanted] of orders) assert.deepEqual(found(names, query), wanted, query);
});

test("what every sentence has tells nothing apart, unless there is nothing else", () => {
  const names = named({ name: "get_parcel" }, { name: "get_who", summary: "Who am I" });
  assert.deepEqual(found(names, "who is it for, the parcel"), ["get_parcel"]);
  assert.deepEqual(found(names, "who is it"), ["get_who"]);
});
