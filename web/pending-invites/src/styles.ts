// How it looks. A console sets the variables on the element:
//
//	pending-invites { --pending-invites-accent: #6d28d9; --pending-invites-radius: 4px; }
//
// Nothing of the page's own rules comes in: what would be inherited is reset at .root, save
// the font's family and whether the page is light or dark (color-scheme). Where it stands in the page
// is the page's affair, but rules for everything (*) do not take it apart.
import { css } from "lit";

export const styles = css`
  :host {
    display: block !important;
    visibility: visible !important;
    float: none !important;
    transform: none !important;
    filter: none !important;
    opacity: 1 !important;
    writing-mode: horizontal-tb !important;
    columns: auto !important;
    height: auto !important;
    max-height: none !important;
    pointer-events: auto !important;
    --_accent: var(--pending-invites-accent, light-dark(#1a56b0, #8ab8ff));
    --_on-accent: var(--pending-invites-on-accent, light-dark(#ffffff, #0b1526));
    --_ground: var(--pending-invites-ground, Canvas);
    --_raised: var(--pending-invites-raised, light-dark(#f5f6f8, #202329));
    --_text: var(--pending-invites-text, light-dark(#1f2328, #e8eaed));
    --_soft: var(--pending-invites-soft, light-dark(#57606a, #a9b1bb));
    --_line: var(--pending-invites-line, light-dark(#d8dce1, #3a4048));
    --_edge: var(--pending-invites-edge, light-dark(#7b848e, #868f9a));
    --_good: var(--pending-invites-good, light-dark(#116329, #6fd68a));
    --_bad: var(--pending-invites-bad, light-dark(#a40e26, #ff9a9a));
    --_warn: var(--pending-invites-warn, light-dark(#7a4b00, #f0c060));
    --_radius: var(--pending-invites-radius, 8px);
  }
  :host([hidden]) {
    display: none !important;
  }
  .root {
    all: initial;
    color-scheme: inherit;
    display: block;
    container-type: inline-size;
    color: var(--_text);
    background: var(--_ground);
    font-family: var(--pending-invites-font, inherit);
    font-size: var(--pending-invites-font-size, 14px);
    line-height: 1.45;
    overflow-wrap: anywhere;
  }
  *,
  ::before,
  ::after {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
  p,
  h3,
  ul {
    margin: 0;
    padding: 0;
  }
  ul {
    list-style: none;
  }
  .soft {
    color: var(--_soft);
    font-size: 0.93em;
  }
  .line {
    display: block;
  }
  .unseen {
    position: absolute !important;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .icon {
    flex: none;
    width: 1.15em;
    height: 1.15em;
    margin-block-start: 0.15em;
  }

  button,
  input,
  select,
  textarea {
    font: inherit;
    color: inherit;
    letter-spacing: inherit;
  }
  button {
    min-height: 2.3em;
    padding: 0.3em 0.85em;
    border: 1px solid var(--_edge);
    border-radius: var(--_radius);
    background: var(--_ground);
    font-weight: 550;
    overflow-wrap: normal;
    cursor: pointer;
  }
  button:hover {
    background: var(--_raised);
  }
  button.primary {
    background: var(--_accent);
    border-color: var(--_accent);
    color: var(--_on-accent);
  }
  button.danger {
    background: var(--_bad);
    border-color: var(--_bad);
    color: light-dark(#fff, #200);
  }
  button:is(.primary, .danger):hover {
    text-decoration: underline;
  }
  button.small {
    min-height: 1.9em;
    padding: 0.1em 0.6em;
    font-size: 0.93em;
  }
  button.icon-only {
    display: inline-grid;
    place-items: center;
    flex: none;
    width: 2em;
    min-height: 2em;
    padding: 0;
  }
  button[aria-disabled="true"] {
    color: var(--_soft);
    border-color: var(--_line);
    background: var(--_raised);
    cursor: not-allowed;
  }
  button:is(.quiet, .icon-only) {
    border-color: transparent;
    background: transparent;
  }
  button.quiet:hover {
    border-color: var(--_edge);
  }
  a {
    color: var(--_accent);
  }
  input:not([type="checkbox"]),
  select,
  textarea {
    width: 100%;
    min-height: 2.5em;
    padding: 0.4em 0.65em;
    border: 1px solid var(--_edge);
    border-radius: var(--_radius);
    background: var(--_ground);
  }
  input[type="checkbox"] {
    width: 1.15em;
    height: 1.15em;
    margin: 0;
    accent-color: var(--_accent);
  }
  .target {
    display: inline-grid;
    place-items: center;
    width: 28px;
    height: 28px;
    cursor: pointer;
  }
  :focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }
  .title:focus {
    outline: none;
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 0.4em;
    align-items: center;
  }
  .end {
    justify-content: flex-end;
  }

  .head {
    display: flex;
    flex-wrap: wrap;
    gap: 0.75em;
    align-items: center;
    justify-content: space-between;
    padding-block-end: 0.9em;
  }
  .title {
    font-size: 1.35em;
    font-weight: 650;
    line-height: 1.25;
  }
  label {
    font-weight: 550;
  }
  .form {
    margin-block-end: 1.1em;
    padding: 1.1em;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_raised);
  }
  textarea {
    resize: vertical;
    display: block;
  }
  .hint {
    display: flex;
    flex-wrap: wrap;
    gap: 0.3em 0.5em;
    align-items: flex-start;
    padding-block: 0.2em;
  }
  .hint > span {
    flex: 0 1 auto;
    max-width: calc(100% - 2em);
  }
  .hint button.small {
    margin-block-start: -0.15em;
  }
  .good,
  .delivered,
  .accepted {
    --_tone: var(--_good);
  }
  .bad,
  .bounced,
  .complained,
  .suppressed,
  .failed {
    --_tone: var(--_bad);
  }
  .advice,
  .asked,
  .expired,
  .expiring {
    --_tone: var(--_warn);
  }
  :is(.hint, .delivery) > .icon {
    color: var(--_tone);
  }

  .bar {
    display: flex;
    flex-wrap: wrap;
    gap: 0.6em 1.2em;
    align-items: flex-end;
    justify-content: space-between;
    border-block-end: 1px solid var(--_line);
  }
  [role="tablist"] {
    display: flex;
    flex-wrap: wrap;
    gap: 0.2em;
  }
  [role="tab"] {
    padding: 0.55em 0.8em;
    border: 0;
    border-block-end: 3px solid transparent;
    border-radius: var(--_radius) var(--_radius) 0 0;
    background: transparent;
    color: var(--_soft);
  }
  [role="tab"][aria-selected="true"] {
    border-block-end-color: var(--_accent);
    color: var(--_text);
  }
  .count {
    display: inline-block;
    margin-inline-start: 0.5em;
    min-width: 1.7em;
    padding-inline: 0.4em;
    border-radius: 1em;
    background: var(--_raised);
    color: var(--_text);
    font-size: 0.86em;
    text-align: center;
  }
  .tools {
    display: flex;
    flex-wrap: wrap;
    gap: 0.6em 1em;
    padding-block-end: 0.55em;
  }
  .tools label {
    white-space: nowrap;
    display: flex;
    gap: 0.5em;
    align-items: center;
    font-weight: 450;
    color: var(--_soft);
  }
  .tools input,
  .tools select {
    min-height: 2.2em;
    color: var(--_text);
  }
  .tools input {
    width: 15em;
    max-width: 100%;
  }
  .over,
  .foot {
    position: sticky;
    inset-block-start: 0;
    z-index: 1;
    display: flex;
    flex-wrap: wrap;
    justify-content: center;
    height: 0;
  }
  .foot {
    inset-block: auto 0.6em;
    height: auto;
  }
  .over > .note,
  .foot > .note {
    margin-block: 0.35em;
    padding: 0.4em 0.8em;
    border: 1px solid var(--_edge);
    border-radius: var(--_radius);
    background: var(--_raised);
    align-items: center;
  }
  .note {
    flex-wrap: nowrap;
  }
  .many {
    flex: 1;
    display: flex;
    flex-wrap: wrap;
    gap: 0.5em;
    align-items: center;
    height: max-content;
    min-height: 3em;
    margin-inline-start: 44px;
    padding-block: 0.25em;
    background: var(--_ground);
    border-block-end: 1px solid var(--_line);
  }

  .row {
    display: grid;
    grid-template-areas: "pick who role by sent expires mail actions" ". aside aside aside aside aside aside aside";
    grid-template-columns:
      36px minmax(11em, 2.4fr) minmax(4.5em, 0.8fr) minmax(6em, 1.1fr) minmax(6em, 1.1fr) minmax(6.5em, 1.1fr)
      minmax(8em, 1.6fr) 14.5em;
    gap: 0 0.9em;
    align-items: start;
    padding-block: 0.7em;
    border-block-end: 1px solid var(--_line);
  }
  .pick {
    grid-area: pick;
  }
  .who {
    grid-area: who;
  }
  .role {
    grid-area: role;
  }
  .by {
    grid-area: by;
  }
  .sent {
    grid-area: sent;
  }
  .expires {
    grid-area: expires;
  }
  .mail {
    grid-area: mail;
  }
  .actions {
    grid-area: actions;
  }
  .aside {
    grid-area: aside;
  }
  .columns .row {
    align-items: center;
    align-content: center;
    min-height: 3em;
    padding-block: 0;
    color: var(--_soft);
    font-weight: 550;
  }
  .columns .row > * {
    font-size: 0.93em;
  }
  .columns .actions,
  .row .actions {
    justify-self: end;
    text-align: end;
  }
  .row .buttons {
    justify-content: flex-end;
    flex-wrap: nowrap;
  }
  .rows .row > * {
    min-width: 0;
  }
  .rows .pick {
    margin-block-start: -2px;
  }
  .address {
    font-weight: 600;
  }
  .label {
    display: none;
  }
  .chunk {
    content-visibility: auto;
    contain-intrinsic-size: auto calc(50 * 5.2em);
  }
  .picked {
    background: var(--_raised);
  }
  .settled {
    color: var(--_soft);
  }
  .rows :is(a, button, input) {
    scroll-margin-block: 5em;
  }
  .row[aria-busy="true"] .address::after {
    content: "";
    display: inline-block;
    width: 0.75em;
    height: 0.75em;
    margin-inline-start: 0.5em;
    border: 2px solid var(--_line);
    border-block-start-color: var(--_accent);
    border-radius: 50%;
    animation: turn 0.9s linear infinite;
  }
  .badge {
    display: inline-block;
    overflow-wrap: normal;
    padding: 0.05em 0.6em;
    border: 1px solid var(--_tone, var(--_line));
    border-radius: 1em;
    background: var(--_raised);
    color: var(--_tone);
    font-size: 0.93em;
  }
  .delivery {
    display: inline-flex;
    gap: 0.4em;
  }
  .aside .hint {
    margin-block-start: 0.35em;
    padding: 0.35em 0.7em;
    border-inline-start: 3px solid var(--_tone, var(--_line));
    background: var(--_raised);
    border-radius: 2px;
  }
  .aside .icon-only {
    margin-block: -0.25em;
  }

  .state {
    display: grid;
    gap: 0.8em;
    justify-items: center;
    min-height: 12em;
    align-content: center;
    padding: 2em 1em;
    color: var(--_soft);
    text-align: center;
  }
  .bones {
    display: grid;
    gap: 0.7em;
    width: 100%;
  }
  .bones div {
    height: 2.6em;
    border-radius: var(--_radius);
    background: var(--_raised);
  }
  .more {
    display: flex;
    flex-wrap: wrap;
    gap: 0.8em;
    align-items: center;
    justify-content: center;
    padding-block: 1em;
  }

  @container (46em < width <= 68em) {
    .row {
      grid-template-areas:
        "pick who sent expires mail actions"
        "pick role sent expires mail actions"
        "pick by sent expires mail actions"
        ". aside aside aside aside aside";
      grid-template-columns: 36px minmax(10em, 3fr) minmax(6em, 1fr) minmax(6em, 1fr) minmax(7em, 1.7fr) 9em;
      grid-template-rows: auto auto 1fr auto;
    }
    .columns .role,
    .columns .by {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
    .columns .who {
      grid-row: 1 / span 3;
    }
    .rows .role,
    .rows .by {
      color: var(--_soft);
      font-size: 0.93em;
    }
    .by .label {
      display: inline;
      margin-inline-end: 0.35em;
    }
    .row .buttons {
      flex-direction: column;
      align-items: stretch;
    }
  }
  @container (width <= 46em) {
    .tools,
    .tools label {
      flex: 1 1 100%;
    }
    .tools label span {
      flex: 0 0 auto;
    }
    .tools input,
    .tools select {
      flex: 1 1 auto;
      width: 100%;
      min-width: 0;
    }
    .over:has(.many) {
      height: auto;
    }
    .many {
      margin: 0;
    }
    .columns .row {
      display: block;
      padding-block: 0.5em;
    }
    .columns .row > :not(.pick) {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
    .columns .target {
      display: inline-flex;
      gap: 0.6em;
      align-items: center;
      width: auto;
      padding-inline: 5px;
      font-weight: 450;
    }
    .columns .label {
      flex: none;
    }
    .rows .row {
      grid-template-areas: "pick who" ". role" ". by" ". sent" ". expires" ". mail" ". actions" ". aside";
      grid-template-columns: 36px 1fr;
      gap: 0.2em 0.4em;
      padding-block: 0.9em;
    }
    .fact {
      display: flex;
      gap: 0.7em;
    }
    .label {
      display: block;
      flex: 0 0 6.5em;
      color: var(--_soft);
    }
    .rows .row > .actions {
      justify-self: stretch;
      text-align: start;
      padding-block-start: 0.4em;
    }
    .rows .row .buttons {
      justify-content: flex-start;
    }
    .rows .row .buttons button {
      min-height: 2.8em;
      padding-inline: 1.1em;
    }
    .chunk {
      contain-intrinsic-size: auto calc(50 * 15em);
    }
  }
  @container (width <= 22em) {
    .fact {
      display: block;
    }
  }
  @keyframes turn {
    to {
      rotate: 360deg;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .row[aria-busy="true"] .address::after {
      animation: none;
    }
  }
  @media (forced-colors: active) {
    [role="tab"][aria-selected="true"] {
      border-block-end-color: Highlight;
    }
    button[aria-disabled="true"] {
      color: GrayText;
    }
  }
`;
