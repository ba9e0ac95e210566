// What the component says, in ten languages: the texts under "console." in the
// catalogues of shared/locale, which mails and pages have theirs from too. English is in the
// component's own file, and what only a part says in that part's; another language is a file
// beside it that is loaded when asked for.
import type english from "../../../shared/locale/en.json";
import { languages, texts as fallback } from "virtual:languages";
import { languageOf, tagOf } from "./tags.ts";

type ConsoleKey<K> = K extends `console.${infer Rest}` ? Rest : never;
export type Key = ConsoleKey<keyof typeof english>;
export type Texts = Partial<Record<string, string>>;

const rightToLeft = ["ar", "fa", "he", "ur"];

// Words are the texts of one language. A key that the language lacks is said in English.
export class Words {
  readonly dir: "ltr" | "rtl";

  constructor(
    readonly tag: string,
    private readonly texts: Texts,
  ) {
    this.dir = rightToLeft.includes(languageOf(tag)) ? "rtl" : "ltr";
  }

  // text fills the {placeholders} of a text. Among words that run from right to left each
  // value is isolated (U+2068, U+2069), so that an address stays in one piece.
  text(key: Key, values: Record<string, string | number> = {}): string {
    return (this.maybe(key) ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values[name];
      if (value === undefined) return whole;
      return this.dir === "rtl" ? `\u2068${value}\u2069` : String(value);
    });
  }

  // language is a language's name in that language.
  language(tag: string): string {
    return new Intl.DisplayNames([tag], { type: "language" }).of(tag) ?? tag;
  }

  // of is text for a key that the API's answer names a part of, or undefined where
  // there is none: the API may say more by now than this component knows.
  of(key: `${Group}.${string}`, values: Record<string, string | number> = {}): string | undefined {
    return this.maybe(key) === undefined ? undefined : this.text(key as Key, values);
  }

  private maybe(key: string): string | undefined {
    return this.texts[key] ?? fallback[key];
  }
}

type Group = "advice" | "delivery" | "reason" | "refused" | "status";

export const inEnglish = new Words("en", fallback);

// learn adds English texts of a part.
export function learn(texts: Texts): void {
  Object.assign(fallback, texts);
}

// wordsFor resolves to the words of the first part of a tag that has some (de_CH is read as
// de), and to English where there are none or they cannot be loaded. Their tag is one that
// Intl takes.
export async function wordsFor(written: string): Promise<Words> {
  const tag = tagOf(written);
  const language = languageOf(tag);
  if (language === "en") return new Words(tag, fallback);
  const load = Object.hasOwn(languages, language) && languages[language];
  if (!load) return inEnglish;
  try {
    return new Words(tag, await load());
  } catch {
    return inEnglish;
  }
}
