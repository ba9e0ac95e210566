// The service's time as it is told by the dates of its answers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { source } from "./source.mjs";

const { Clock } = await source("clock");
const noon = Date.parse("2026-11-27T12:00:00Z");
const date = (ms) => new Date(Math.floor(ms / 1000) * 1000).toUTCString();

// off is how far a clock is from the service's, whose time is noon at performance.now() of zero.
const off = (clock) => clock.now() - (noon + performance.now());

test("one answer tells the time to within a second and half its way", () => {
  for (const [asked, wait] of [[0, 0], [300, 80], [999, 400], [12_345, 2_000]]) {
    const clock = new Clock();
    clock.hear(date(noon + asked + wait / 2), asked, asked + wait);
    assert.ok(Math.abs(off(clock)) <= 500 + wait / 2, `${off(clock)} after ${wait} ms`);
  }
});

test("many answers tell it better", () => {
  const clock = new Clock();
  for (let at = 0; at < 20_000; at += 707) clock.hear(date(noon + at + 20), at, at + 40);
  assert.ok(Math.abs(off(clock)) < 100, `${off(clock)}`);
});

test("what contradicts it sets it: the machine slept, or a clock was set", () => {
  const clock = new Clock();
  clock.hear(date(noon - 3_600_000), 0, 40);
  clock.hear(date(noon + 5_000), 5_000, 5_040);
  assert.ok(Math.abs(off(clock)) <= 600, `${off(clock)}`);
});

test("no date, or none that can be read, leaves it: the browser's time at first", () => {
  const clock = new Clock();
  for (const none of [null, "", "soon"]) clock.hear(none, 0, 1);
  assert.ok(Math.abs(clock.now() - Date.now()) < 5_000);
  clock.hear(date(noon), 0, 40);
  clock.hear(null, 100, 140);
  assert.ok(Math.abs(off(clock)) <= 600);
});
