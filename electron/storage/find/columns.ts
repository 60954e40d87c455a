/** A typed array that grows; missing entries are 0. */
export class Column {
  data: Uint32Array<ArrayBuffer> = new Uint32Array(1_024);

  set(slot: number, value: number): void {
    if (slot >= this.data.length) {
      const larger = new Uint32Array(Math.max(slot + 1, this.data.length * 2));
      larger.set(this.data);
      this.data = larger;
    }
    this.data[slot] = value;
  }
}

/** The same for numbers that may be absent: NaN, which no comparison matches. */
export class NumberColumn {
  data: Float64Array<ArrayBuffer> = new Float64Array(1_024).fill(Number.NaN);

  set(slot: number, value: number | null): void {
    if (slot >= this.data.length) {
      const larger = new Float64Array(Math.max(slot + 1, this.data.length * 2)).fill(Number.NaN);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[slot] = value ?? Number.NaN;
  }
}
