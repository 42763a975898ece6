import assert from "node:assert/strict";
import { test } from "node:test";
import { isLoopbackHost, networkOf, parseTrustedProxies, proxyCheck } from "./addresses.ts";

test("proxies are a number from 0 to 10, or networks; everybody is nobody's proxy", () => {
  const read: [string, ReturnType<typeof parseTrustedProxies>][] = [
    ["0", 0],
    [" 3 ", 3],
    ["10", 10],
    ["11", undefined],
    ["999", undefined],
    ["1000", undefined],
    ["loopback", ["127.0.0.0/8", "::1/128"]],
    ["private", ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]],
    ["10.1.2.3, fd00::1", ["10.1.2.3/32", "fd00::1/128"]],
    ["10.0.0.0/9,loopback", ["10.0.0.0/9", "127.0.0.0/8", "::1/128"]],
    ["0.0.0.0/0", undefined],
    ["::/0", undefined],
    ["10.0.0.0/33", undefined],
    ["10.0.0.1,", undefined],
    ["constructor", undefined],
    ["example.com", undefined],
  ];
  for (const [text, wanted] of read) assert.deepEqual(parseTrustedProxies(text), wanted, text);
});

test("of so many proxies the first steps are believed, of networks those who are in them", () => {
  const two = proxyCheck(2);
  assert.deepEqual(
    [0, 1, 2, 3].map((step) => two("203.0.113.9", step)),
    [true, true, false, false],
  );
  assert.equal(proxyCheck(0)("127.0.0.1", 0), false);
  const near = proxyCheck(["10.0.0.0/8", "192.168.0.0/16", "fd00::/8"]);
  const told: [string | undefined, boolean][] = [
    ["10.255.0.1", true],
    ["192.168.7.7", true],
    ["11.0.0.1", false],
    ["fd12::1", true],
    ["fe80::1", false],
    ["::ffff:10.1.1.1", true],
    ["::ffff:11.1.1.1", false],
    ["10.1.1.1:4711", true],
    ["11.0.0.1:4711", false],
    ["[fd12::1]:4711", true],
    ["unknown", false],
    ["", false],
    [undefined, false],
  ];
  for (const [address, wanted] of told) assert.equal(near(address, 0), wanted, address);
});

test("one caller is an address of IPv4, or a /64 network of IPv6; all that is neither is one more", () => {
  assert.equal(networkOf("198.51.100.7"), "198.51.100.7");
  assert.equal(networkOf("::ffff:198.51.100.7"), "198.51.100.7", "the same caller over the other protocol");
  assert.notEqual(networkOf("198.51.100.7"), networkOf("198.51.100.8"));
  assert.equal(networkOf("2001:db8:1:2::7"), networkOf("2001:db8:1:2:ffff::8"));
  assert.notEqual(networkOf("2001:db8:1:2::7"), networkOf("2001:db8:1:3::7"));
  for (const port of [1, 65535]) {
    assert.equal(networkOf(`198.51.100.7:${port}`), "198.51.100.7", "a port is not a caller");
    assert.equal(networkOf(`[2001:db8:1:2::7]:${port}`), networkOf("2001:db8:1:2::7"));
  }
  assert.equal(networkOf("[2001:db8:1:2::7]"), networkOf("2001:db8:1:2::7"));
  assert.equal(networkOf("garbage 1"), networkOf("garbage 2"));
});

test("only this machine reaches a loopback host", () => {
  for (const host of ["localhost", "127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]) {
    assert.equal(isLoopbackHost(host), true, host);
  }
  for (const host of ["0.0.0.0", "::", "10.0.0.1", "example.com", "localhost.example.com", ""]) {
    assert.equal(isLoopbackHost(host), false, host);
  }
});
