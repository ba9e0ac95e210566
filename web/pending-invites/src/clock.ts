// Clock tells the service's time: a browser's may be hours off, and what is said of an invite
// ("in 6 days") is counted by the service.
export class Clock {
  // The service's time is at least, and at most, so many milliseconds ahead of performance.now().
  private least = 0;
  private most = 0;
  private heard = false;

  // hear takes the Date of an answer that was asked for and arrived at these times of
  // performance.now(). The service wrote it in between, and dates are cut to whole seconds.
  // What contradicts earlier ones counts alone: a clock was set, or the machine slept.
  hear(date: string | null, asked: number, arrived: number): void {
    const at = Date.parse(date ?? "");
    if (Number.isNaN(at)) return;
    const [least, most] = [at - arrived, at + 1_000 - asked];
    const fits = this.heard && least <= this.most && most >= this.least;
    this.least = fits ? Math.max(least, this.least) : least;
    this.most = fits ? Math.min(most, this.most) : most;
    this.heard = true;
  }

  // now is the browser's time where no answer's date could be read, as across origins where
  // the API does not expose it.
  now(): number {
    return this.heard ? performance.now() + (this.least + this.most) / 2 : Date.now();
  }
}
