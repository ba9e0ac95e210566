// Writes src/schema.ts from docs/openapi.yaml; with --check it only says whether it is
// what is there.
import { readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString, COMMENT_HEADER } from "openapi-typescript";

const file = new URL("src/schema.ts", import.meta.url);
// A field with a default may be left out of what is sent.
const types = await openapiTS(new URL("../../docs/openapi.yaml", import.meta.url), { defaultNonNullable: false });
const schema = COMMENT_HEADER + astToString(types);

if (!process.argv.includes("--check")) await writeFile(file, schema);
else if ((await readFile(file, "utf8")) !== schema) {
  console.error("web/client/src/schema.ts is not what docs/openapi.yaml generates: run `npm --prefix web run generate`");
  process.exit(1);
}
