// The TypeScript client's own example, as its README has it, run with Node.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { address, api, stack, token } from "./stack.mjs";

const folder = fileURLToPath(new URL("../../web/client/", import.meta.url));

test("the example of the client's README invites, and is told of an invite that is there", async (t) => {
  execFileSync("npm", ["run", "--silent", "build"], { cwd: folder });
  const example = readFileSync(`${folder}README.md`, "utf8").match(/```js\n(.*?)```/s)[1];
  assert.ok(example.split("\n").filter((line) => line.trim()).length <= 11, "it is ten lines and an end");
  const place = mkdtempSync(join(tmpdir(), "client-"));
  t.after(() => rmSync(place, { recursive: true }));
  const file = join(place, "example.mjs");
  writeFileSync(file, example.replace("@invites/client", `${folder}dist/index.js`));
  const email = address("readme");
  const run = () => execFileSync(process.execPath, [file, email], { encoding: "utf8", env: { ...process.env, INVITES_API: stack.api, TOKEN: token("acme") } });
  const first = run();
  assert.match(first, new RegExp(`^${email.replaceAll(".", "\\.")} is invited until 20.*Z\n$`));
  const second = run();
  assert.match(second, /^already_pending: .* inv_[0-9a-z]{31}\n$/);
  const { invites } = await api("GET", `/v1/invites?q=${email}`);
  assert.equal(invites.length, 1);
  assert.ok(second.includes(invites[0].id));
});
