// Makes shared/mail/mail.html, a Go html/template, of src/. With --check it writes
// nothing and fails where the committed file is another one.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import mjml2html from "mjml";

const made = new URL("../../shared/mail/mail.html", import.meta.url);
const source = (name) => readFileSync(new URL(`src/${name}`, import.meta.url), "utf8");

// An inbox shows the preheader and goes on with what follows it, up to 140 characters
// or so: let that be blanks. Mail programs drop most repeated kinds of them, so these
// differ: a joiner and a hyphen without width, each beside a space that does not break.
const padding = "&#847;&nbsp;&#8199;&shy;".repeat(30);

// Outlook on the web knows no media query for dark. It marks what it recolours with
// data-ogsc (text) and data-ogsb (ground), and takes rules that ask for the marks.
const dark = source("dark.css").trim();
const darkOutlook = dark.replace(/^(.*?)\{(.*)\}$/gm, (_, selectors, rule) => {
  const mark = rule.startsWith("background") ? "[data-ogsb]" : "[data-ogsc]";
  return `${selectors.split(",").map((s) => `${mark} ${s}`).join(",")}{${rule}}`;
});

const family = "-apple-system,'Segoe UI',Arial,sans-serif";

const parts = { padding, dark: `@media (prefers-color-scheme:dark){\n${dark}\n}`, "dark-outlook": darkOutlook };

// skeleton is MJML's own without what this mail has no use for: images, fonts, columns
// side by side, and rules for Outlook 2003.
const skeleton = ({ lang, dir, title, style, headRaw, content }) => `<!doctype html>
<html lang="${lang}" dir="${dir}" xmlns:o="urn:schemas-microsoft-com:office:office">
<head>
<meta charset="utf-8">
<title>${title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
${headRaw.join("\n")}
<!--[if mso]><noscript><xml><o:OfficeDocumentSettings><o:AllowPNG/><o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml></noscript><![endif]-->
${style.map((s) => `<style>\n${s}\n</style>`).join("\n")}
</head>
${content}
</html>`;

const { html, errors } = await mjml2html(source("invite.mjml"), { fonts: {}, skeleton });
// Where MJML wants a colour or a direction it knows no action of a template.
const real = errors.filter((e) => !/invalid value: [^,]*\{\{/.test(e.message));
if (real.length) fail(real.map((e) => `web/mail/src/invite.mjml, line ${e.line}: ${e.tagName}: ${e.message}`).join("\n"));

const template = html
  .replace(/%([a-z-]+)%/g, (mark, name) => parts[name] ?? fail(`web/mail/src/invite.mjml has ${mark}, which build.mjs does not know`))
  .replace(/<[a-z][^<>]*>/gi, (tag) => tag.replace(/\s+/g, " ").replace(/ >$/, ">"))
  .replace(/\s*\n\s*/g, "\n")
  // What only an inbox shows is hidden by display alone: letters without size, or in the
  // colour of their ground, are what filters know spam by, and a text that is hidden
  // itself, rather than what it stands in.
  .replace(/<div style="display:none;[^"]*">(.*?)<\/div>/s, '<div style="display:none;max-height:0;overflow:hidden;mso-hide:all"><div>$1</div></div>')
  // Cells around a block need no letters without size, but in Outlook, where one rule in
  // invite.mjml says it for all: filters look into comments too.
  .replaceAll("font-size:0px;", "")
  // Columns have a left side, whatever their direction.
  .replaceAll("text-align:left", "text-align:{{.Start}}")
  // One family of letters for the whole, where MJML writes its own into every block.
  .replace(/<div (?=[^>]*aria-roledescription)[^>]*style="/, (tag) => `${tag}font-family:${family};`)
  // What nothing reads: classes of rules that are not here, initial values, a colour
  // given twice, and the subject once more, which a mail program has said already.
  .replace(/ class="(?:mj-[^"]*|[^"]*-outlook|)"| style=""/g, "")
  .replace(/\b(?:word-spacing:normal|text-transform:none|cursor:auto|table-layout:auto);/g, "")
  .replace(/(<table[^>]*) style="vertical-align:top;"/g, "$1")
  .replace(/(<td[^>]*) role="presentation"/g, "$1")
  .replace(/ border="0"| valign="middle"|(?<=padding:[^;"]*;)text-align:center;/g, "")
  .replace(/(class="edge"[^>]*)word-break:break-word;/g, "$1")
  .replaceAll("display:inline-block;vertical-align:top;width:100%;", "")
  .replace(/<table align="center"(?=[^>]*[";]width:100%;")/g, "<table")
  .replace(/(<div style="font-size:[^>]*)text-align:\{\{\.Start\}\};/g, "$1")
  .replaceAll("width:100%;border:none;", "")
  .replaceAll("margin:0px auto", "margin:0 auto")
  .replace(/background:(#\w+);background-color:\1/g, "background:$1")
  .replace(' aria-label="{{.Subject}}"', "")
  // What is inherited, or the parser adds.
  .replace(/\bdirection:\{\{\.Catalogue\.Dir\}\};/g, "")
  .replace(/\bfont-family:Ubuntu, [^;]*;/g, "")
  .replace(/<\/?tbody>\n/g, "")
  .replace(/;(?=">|" )/g, "")
  .replace(/\n(?=<\/(?:table|tr|td|div|a)>)/g, "")
  .replace(/<!--.*?-->/gs, outlook)
  .trim() + "\n";

// outlook turns a comment that Outlook reads into an action with its constant text,
// because html/template removes comments. Word knows neither roles nor the explorer. Data has no place in it: it would not be
// escaped.
function outlook(comment) {
  if (!comment.startsWith("<!--[if ")) return "";
  comment = comment.replace("[if mso | IE]", "[if mso]").replaceAll(' role="presentation"', "");
  if (/\{\{|`/.test(comment)) fail(`web/mail/src/invite.mjml: a comment for Outlook has data in it, or a backquote: ${comment}`);
  return `{{outlook \`${comment}\`}}`;
}

function fail(why) {
  console.error(why);
  process.exit(1);
}

const committed = existsSync(made) ? readFileSync(made, "utf8") : "";
if (process.argv.includes("--check")) {
  if (template !== committed) fail("shared/mail/mail.html is not what web/mail/src makes: run `npm --prefix web/mail run build` and commit it");
} else if (template !== committed) {
  writeFileSync(made, template);
}
