/** A whole number with thousands apart. */
export function whole(count: number): string {
  return count.toLocaleString('en-US')
}

/** Rounded down, so that 99.9996 % never reads 100 %. */
export function decimals(value: number, digits: number): string {
  const scale = 10 ** digits
  return String(Math.floor(value * scale + 1e-6) / scale)
}
