import type { CSSResult } from "lit";
import type { Kit } from "./parts.ts";

export function formStyles({ css }: Kit): CSSResult {
  return css`
    .fields {
      display: flex;
      flex-wrap: wrap;
      gap: 0.9em;
      margin-block-end: 0.9em;
    }
    .fields > div {
      flex: 1 1 9em;
      min-width: 0;
    }
    .fields > .grow {
      flex: 3 1 18em;
    }
    .fields label {
      display: block;
      margin-block-end: 0.25em;
    }
    .fields .soft {
      margin-block-start: 0.3em;
    }
    .answers {
      margin-block-start: 0.9em;
      max-height: 18em;
      overflow: auto;
    }
    .preview {
      margin-block-end: 0.9em;
      padding: 0.7em 0.9em;
      border: 1px solid var(--_line);
      border-radius: var(--_radius);
      background: var(--_ground);
    }
    .preview > button {
      margin-block-start: 0.6em;
    }
    .scroll {
      max-height: 26em;
      overflow: auto;
    }
    .lead {
      font-weight: 550;
    }
    ul + .lead {
      margin-block-start: 0.6em;
    }
    .people li {
      display: grid;
      grid-template-columns: minmax(0, 3fr) minmax(0, 2fr) minmax(0, 7em);
      gap: 0 0.9em;
      align-items: baseline;
      padding-block: 0.25em;
    }
    .people li + li {
      border-block-start: 1px solid var(--_line);
    }
    .preview .address {
      font-weight: 450;
    }
    .people .badge {
      overflow-wrap: anywhere;
    }
    .refused,
    .others {
      padding-inline-start: 1.65em;
    }
    .others li {
      color: var(--_soft);
    }
    @container (46em < width <= 68em) {
      .fields > .grow {
        flex-basis: 100%;
      }
    }
    @container (width <= 46em) {
      .people li {
        grid-template-columns: minmax(0, 1fr) auto;
      }
      .whom {
        grid-column: 1 / -1;
      }
    }
  `;
}
