/** A typed array that grows; missing entries are 0. */
export class Column {
  data: Uint32Array<ArrayBuffer> = new Uint32Array(1_024);

  set(slot: number, value: number): void {
    if (slot >= this.data.length) {
      const larger = new Uint32Array(grown(slot, this.data.length));
      larger.set(this.data);
      this.data = larger;
    }
    this.data[slot] = value;
  }
}

/** The same for numbers up to 255. */
export class ByteColumn {
  data: Uint8Array<ArrayBuffer> = new Uint8Array(1_024);

  set(slot: number, value: number): void {
    if (slot >= this.data.length) {
      const larger = new Uint8Array(grown(slot, this.data.length));
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
      const larger = new Float64Array(grown(slot, this.data.length)).fill(Number.NaN);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[slot] = value ?? Number.NaN;
  }
}

/** A third of what is copied is new: columns that grow hold little more than they need. */
const grown = (slot: number, length: number) => Math.max(slot + 1, Math.ceil(length * 1.5));
