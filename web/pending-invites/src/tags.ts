// Language tags as they are written: "de_DE", "pt_BR.UTF-8" and "EN" too.

// tagOf is the longest part of what is written that is a language tag, in the form that Intl
// and lang="" take, and "" where none is.
export function tagOf(written: string): string {
  const parts = written.trim().replace(/[.@].*/, "").split(/[-_]/);
  for (let n = parts.length; n > 0; n--) {
    try {
      return Intl.getCanonicalLocales(parts.slice(0, n).join("-"))[0] ?? "";
    } catch {
      // Without its last part it may be one.
    }
  }
  return "";
}

export function languageOf(tag: string): string {
  return tag.split("-")[0] ?? "";
}
