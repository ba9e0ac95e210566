// Question asks once before something that cannot be taken back. How it is asked is a part.
import { nothing, type ReactiveController, type ReactiveElement } from "lit";
import loadDialog from "virtual:part/dialog";
import type { Asked, Dialog } from "./dialog.ts";
import { Part, kit, wear, type Drawn } from "./parts.ts";

const part = new Part(loadDialog);

export class Question implements ReactiveController {
  private dialog: Dialog | undefined;
  private asked = 0;
  private open = 0;

  // failed is told where the part could not be loaded, so that nothing was asked.
  constructor(
    private readonly host: ReactiveElement,
    private readonly failed: () => void,
  ) {
    host.addController(this);
  }

  readonly warm = part.warm;

  hostDisconnected(): void {
    this.asked++;
    this.dialog?.answer(false);
  }

  get isOpen(): boolean {
    return this.open > 0;
  }

  // ask resolves to whether it was answered with yes. What was asked before and is still open
  // is answered with no.
  async ask(asked: Asked): Promise<boolean> {
    const mine = ++this.asked;
    this.open++;
    try {
      const dialog = await this.loaded();
      return mine === this.asked && (await dialog?.ask(asked)) === true;
    } finally {
      this.open--;
    }
  }

  private async loaded(): Promise<Dialog | undefined> {
    try {
      const { dialog } = await part.load();
      if (!this.dialog) {
        this.dialog = dialog(kit, this.host);
        wear(this.host, this.dialog.styles);
      }
    } catch {
      this.failed();
    }
    return this.dialog;
  }

  view(): Drawn {
    return this.dialog?.view() ?? nothing;
  }
}
