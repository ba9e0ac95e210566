// Times as people read them: how long from now, and exactly, with the zone.
export class Times {
  private readonly far: Intl.RelativeTimeFormat;
  private readonly full: Intl.DateTimeFormat;

  // tag is one that Intl takes (tagOf); now is the time that is counted from.
  constructor(
    tag: string,
    private readonly now: () => number = Date.now,
  ) {
    this.far = new Intl.RelativeTimeFormat(tag, { numeric: "auto" });
    this.full = new Intl.DateTimeFormat(tag, { dateStyle: "medium", timeStyle: "long" });
  }

  // relative says "in 6 days" or "3 hours ago". What is under a minute away is said in
  // seconds; a unit is taken once it is nearly full.
  relative(at: string): string {
    const seconds = (Date.parse(at) - this.now()) / 1000;
    for (const [unit, size] of units) {
      if (Math.abs(seconds) > size * 0.95) return this.far.format(Math.round(seconds / size), unit);
    }
    return this.far.format(Math.round(seconds), "second");
  }

  // exact says day, time and zone, in the reader's zone.
  exact(at: string): string {
    return this.full.format(new Date(at));
  }
}

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];
