// What people paste into the form, from public fault reports and real exports, and what is right:
// whom it invites, with a name and a role of their own where they have one, what is not
// understood, and further addresses of the same people.
export const pastes = [
  { name: "outlook-To-unquoted", pasted: "Doe, Jane <jane@x.example>; Roe, Rick <rick@x.example>", want: [{ email: "jane@x.example" }, { email: "rick@x.example" }] },
  { name: "thunderbird", pasted: "Jane Doe <jane@x.example>,\n\t\"Roe, Rick\" <rick@x.example>,\n\tann@x.example", want: [{ email: "jane@x.example" }, { email: "rick@x.example" }, { email: "ann@x.example" }] },
  { name: "excel-tab-role", pasted: "Jane Doe\tjane@x.example\tmember\r\nRick Roe\trick@x.example\tadmin\r\n", want: [{ email: "jane@x.example", name: "Jane Doe", role: "member" }, { email: "rick@x.example", name: "Rick Roe", role: "admin" }] },
  { name: "excel-email-first", pasted: "jane@x.example\tJane\tDoe\r\nrick@x.example\tRick\tRoe", want: [{ email: "jane@x.example", name: "Jane Doe" }, { email: "rick@x.example", name: "Rick Roe" }] },
  { name: "excel-two-emails-in-row", pasted: "Jane Doe\tjane@x.example\tjane.private@y.example\r\nRick Roe\trick@x.example\t", want: [{ email: "jane@x.example" }, { email: "rick@x.example" }], others: ["jane.private@y.example"] },
  { name: "csv-semicolon-de", pasted: "Name;E-Mail\nJana Vogel;jana@x.example\nUwe Roth;uwe@x.example", want: [{ email: "jana@x.example", name: "Jana Vogel" }, { email: "uwe@x.example", name: "Uwe Roth" }] },
  { name: "csv-mail-role", pasted: "jane@x.example,admin\nrick@x.example,member", want: [{ email: "jane@x.example", role: "admin" }, { email: "rick@x.example", role: "member" }] },
  { name: "csv-quoted-all", pasted: "\"Jane Doe\",\"jane@x.example\"\n\"Rick Roe\",\"rick@x.example\"", want: [{ email: "jane@x.example", name: "Jane Doe" }, { email: "rick@x.example", name: "Rick Roe" }] },
  { name: "vcard3", pasted: "BEGIN:VCARD\nVERSION:3.0\nN:Doe;Jane;;;\nFN:Jane Doe\nEMAIL;TYPE=INTERNET,WORK:jane@x.example\nTEL;TYPE=CELL:+1 555 0100\nEND:VCARD", want: [{ email: "jane@x.example" }] },
  { name: "markdown-list", pasted: "- [Jane](mailto:jane@x.example)\n- rick@x.example\n* ann@x.example\n1. bo@x.example", want: [{ email: "jane@x.example" }, { email: "rick@x.example" }, { email: "ann@x.example" }, { email: "bo@x.example" }] },
  { name: "mailto-cc", pasted: "mailto:jane@x.example?cc=rick@x.example", want: [{ email: "jane@x.example" }, { email: "rick@x.example" }] },
  { name: "guillemets", pasted: "«jane@x.example», «rick@x.example»", want: [{ email: "jane@x.example" }, { email: "rick@x.example" }] },
  { name: "zwsp-trail", pasted: "jane@x.example\u200b\nrick@x.example", want: [{ email: "jane@x.example" }, { email: "rick@x.example" }] },
  { name: "fullwidth-comma", pasted: "jane@x.example，rick@x.example", want: [{ email: "jane@x.example" }, { email: "rick@x.example" }] },
  { name: "ar-comma", pasted: "jane@x.example، rick@x.example", want: [{ email: "jane@x.example" }, { email: "rick@x.example" }] },
  { name: "bullet-glued", pasted: "•jane@x.example\n-rick@x.example\n*ann@x.example", want: [{ email: "jane@x.example" }, { email: "rick@x.example" }, { email: "ann@x.example" }] },
  { name: "python-list", pasted: "['jane@x.example', 'rick@x.example']", want: [{ email: "jane@x.example" }, { email: "rick@x.example" }] },
  { name: "comma-for-dot-com-pl", pasted: "jane@firma.com,pl, rick@x.example", want: [{ email: "rick@x.example" }], refused: ["jane@firma.com,pl"] },
  { name: "name-no-addr-lines", pasted: "Jane Doe\nRick Roe <rick@x.example>", want: [{ email: "rick@x.example" }], refused: ["Jane Doe"] },
  // One more than a call of the API takes.
  { name: "hundred-one", pasted: Array.from({ length: 101 }, (_, n) => `u${n}@x.example`).join("\n"), want: Array.from({ length: 101 }, (_, n) => ({ email: `u${n}@x.example` })) },
];
