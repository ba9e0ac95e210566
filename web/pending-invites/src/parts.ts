// Parts are files beside the component's own that are loaded when they are used first.
import { css, html, nothing, type CSSResult, type ReactiveElement, type TemplateResult } from "lit";
import { Refusal } from "@invites/client";
import { check, warning } from "./icons.ts";
import { whyNot } from "./refusals.ts";

// Kit is what a part has from the component's own file. A part imports types alone: which
// address that file has is the page's affair (pending-invites.js?v=7), and a part that named
// another would load it a second time, with a Refusal that is not the first one's.
export interface Kit {
  readonly Refusal: typeof Refusal;
  readonly check: TemplateResult;
  readonly css: typeof css;
  readonly html: typeof html;
  readonly nothing: typeof nothing;
  readonly warning: TemplateResult;
  readonly whyNot: typeof whyNot;
}
export const kit: Kit = { Refusal, check, css, html, nothing, warning, whyNot };
export type Drawn = TemplateResult | typeof nothing;

export class Part<T> {
  private loading: Promise<T> | undefined;
  private failed = 0;

  constructor(private readonly fetch: (again?: number) => Promise<T>) {}

  // load resolves to what the file holds. After a failure the next call loads it anew.
  load(): Promise<T> {
    return (this.loading ??= this.fetch(this.failed).catch((cause: unknown) => {
      this.failed++;
      this.loading = undefined;
      throw cause;
    }));
  }

  // warm has the file there by the time it is used. Whether that works, the use will tell.
  readonly warm = (): void => void this.load().catch(() => {});
}

// wear adds a part's style sheet to an element's own.
export function wear({ renderRoot }: ReactiveElement, { styleSheet }: CSSResult): void {
  const sheets = (renderRoot as ShadowRoot).adoptedStyleSheets;
  if (styleSheet && !sheets.includes(styleSheet)) (renderRoot as ShadowRoot).adoptedStyleSheets = [...sheets, styleSheet];
}
