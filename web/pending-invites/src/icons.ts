import { svg, type SVGTemplateResult } from "lit";

const icon = (path: SVGTemplateResult): SVGTemplateResult =>
  svg`<svg class="icon" viewBox="0 0 16 16" width="16" height="16" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${path}</svg>`;

export const clock = icon(svg`<circle cx="8" cy="8" r="6.2"></circle><path d="M8 4.8V8l2.2 1.6"></path>`);
export const check = icon(svg`<circle cx="8" cy="8" r="6.2"></circle><path d="M5.3 8.2l1.9 1.9 3.6-4"></path>`);
export const warning = icon(svg`<path d="M8 2.2l6.2 11.1H1.8z"></path><path d="M8 6.6v3.1M8 11.6v.1"></path>`);
export const cross = icon(svg`<path d="M4 4l8 8M12 4l-8 8"></path>`);
export const idea = icon(svg`<circle cx="8" cy="8" r="6.2"></circle><path d="M8 7.4v3.4M8 5.1v.1"></path>`);

// deliveryIcon goes with the words for what became of a mail, never without them.
export function deliveryIcon(status: string): SVGTemplateResult {
  if (status === "delivered") return check;
  return ["queued", "sending", "sent", "delayed"].includes(status) ? clock : warning;
}
