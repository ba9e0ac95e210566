// The dialog of a question, with the focus on the answer that changes nothing.
import type { CSSResult, ReactiveElement, TemplateResult } from "lit";
import type { Kit } from "./parts.ts";

export interface Asked {
  readonly title: string;
  readonly text: string;
  // Whom it is about, one a line.
  readonly about: readonly string[];
  readonly more?: string;
  readonly no: string;
  readonly yes: string;
}

export interface Dialog {
  readonly styles: CSSResult;
  // ask resolves to whether it was answered with yes. The browser gives the focus back to
  // where it was.
  ask(asked: Asked): Promise<boolean>;
  answer(yes: boolean): void;
  view(): TemplateResult;
}

export function dialog({ css, html, nothing }: Kit, host: ReactiveElement): Dialog {
  const none = (): void => {};
  let asked: Asked | undefined;
  let answer: (yes: boolean) => void = none;

  return {
    styles: css`
      dialog {
        width: min(30em, calc(100vw - 2em));
        padding: 1.4em;
        border: 1px solid var(--_line);
        border-radius: calc(var(--_radius) * 1.5);
        background: var(--_ground);
        color: var(--_text);
      }
      dialog::backdrop {
        background: rgb(0 0 0 / 45%);
      }
      dialog h3 {
        font-size: 1.2em;
        line-height: 1.3;
        margin-block-end: 0.5em;
      }
      .about {
        margin-block-end: 0.6em;
        font-weight: 600;
      }
      dialog .buttons {
        margin-block-start: 1.2em;
      }
    `,

    answer: (yes) => answer(yes),

    async ask(about) {
      answer(false);
      asked = about;
      host.requestUpdate();
      await host.updateComplete;
      const dialog = host.renderRoot.querySelector("dialog");
      if (!dialog) return false;
      if (!dialog.open) dialog.showModal();
      dialog.querySelector<HTMLElement>("[data-answer=no]")?.focus();
      return new Promise((resolve) => {
        answer = (yes) => {
          answer = none;
          if (dialog.open) dialog.close();
          asked = undefined;
          host.requestUpdate();
          resolve(yes);
        };
      });
    },

    view: () => html`<dialog
      part="dialog"
      aria-labelledby="question-title"
      aria-describedby="question-text"
      @cancel=${(event: Event) => {
        event.preventDefault();
        answer(false);
      }}
    >
      ${asked
        ? html`<h3 id="question-title">${asked.title}</h3>
            <div id="question-text">
              <ul class="about">
                ${asked.about.map((one) => html`<li><bdi>${one}</bdi></li>`)}
                ${asked.more ? html`<li class="soft">${asked.more}</li>` : nothing}
              </ul>
              <p>${asked.text}</p>
            </div>
            <div class="buttons end">
              <button part="button" data-answer="no" @click=${() => answer(false)}>${asked.no}</button>
              <button class="danger" part="button danger" data-answer="yes" @click=${() => answer(true)}>
                ${asked.yes}
              </button>
            </div>`
        : nothing}
    </dialog>`,
  };
}
