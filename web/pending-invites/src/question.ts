// Question asks once before something that cannot be taken back, with the focus on the
// answer that changes nothing.
import { html, nothing, type ReactiveController, type ReactiveElement, type TemplateResult } from "lit";

export interface Asked {
  readonly title: string;
  readonly text: string;
  // Whom it is about, one a line.
  readonly about: readonly string[];
  readonly more?: string;
  readonly no: string;
  readonly yes: string;
}

export class Question implements ReactiveController {
  private asked: Asked | undefined;
  private answer: (yes: boolean) => void = () => {};

  constructor(private readonly host: ReactiveElement) {
    host.addController(this);
  }

  hostDisconnected(): void {
    this.answer(false);
  }

  get isOpen(): boolean {
    return this.asked !== undefined;
  }

  // ask resolves to whether it was answered with yes. The browser gives the focus back to
  // where it was.
  async ask(asked: Asked): Promise<boolean> {
    this.answer(false);
    this.asked = asked;
    this.host.requestUpdate();
    await this.host.updateComplete;
    const dialog = this.host.renderRoot.querySelector("dialog");
    if (!dialog) return false;
    if (!dialog.open) dialog.showModal();
    dialog.querySelector<HTMLElement>("[data-answer=no]")?.focus();
    return new Promise((resolve) => {
      this.answer = (yes) => {
        this.answer = () => {};
        if (dialog.open) dialog.close();
        this.asked = undefined;
        this.host.requestUpdate();
        resolve(yes);
      };
    });
  }

  view(): TemplateResult {
    const asked = this.asked;
    return html`<dialog
      part="dialog"
      aria-labelledby="question-title"
      aria-describedby="question-text"
      @cancel=${(event: Event) => {
        event.preventDefault();
        this.answer(false);
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
              <button part="button" data-answer="no" @click=${() => this.answer(false)}>${asked.no}</button>
              <button class="danger" part="button danger" data-answer="yes" @click=${() => this.answer(true)}>
                ${asked.yes}
              </button>
            </div>`
        : nothing}
    </dialog>`;
  }
}
