// The invitee pages as the Lambdas render them, in states that the deployed stack is
// seldom in, served to Chromium under an origin of their own with their own headers.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const origin = "https://links.example";
const logo = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 32"><circle cx="16" cy="16" r="14" fill="#0a7d55"/><path d="M9 22 16 8l7 14z" fill="#fff"/><text x="40" y="23" font-family="sans-serif" font-size="21" font-weight="700" fill="#12372a">Northwind</text></svg>`;

// shots is where the pictures of a run are kept.
export const shots = `${root}/.local/shots/pages`;
mkdirSync(shots, { recursive: true });

// languages are those of the catalogues, without the files of a region.
export const languages = readdirSync(`${root}/shared/locale`).flatMap((f) => f.match(/^([a-z]{2,3})\.json$/)?.slice(1) ?? []);

export const northwind = { tenant: "Northwind", inviter: "Ana Silva", role: "member", email: "bob@example.com", color: "#0a7d55", logo: "https://app.example/logo.svg", locale: "en" };

// rendered returns every page for every view.
export const rendered = (views) =>
  JSON.parse(execFileSync("go", ["run", "./tests/browser/render"], { cwd: root, input: JSON.stringify(views), encoding: "utf8", maxBuffer: 64 << 20 }));

// serve answers a context with the pages: the n-th is at /n. It stays there: the header that
// leads on is left out (what it does is in accept.test.mjs).
export async function serve(context, pages) {
  await context.route(`${origin}/**`, (route) => {
    const { status, header, body } = pages[Number(new URL(route.request().url()).pathname.slice(1))];
    const { Refresh, ...headers } = header;
    return route.fulfill({ status, headers, body });
  });
  await context.route("https://app.example/**", (route) => route.fulfill({ contentType: "image/svg+xml", body: logo }));
}
export const at = (n) => `${origin}/${n}`;
