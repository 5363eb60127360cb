/** Eight heights from the least to the greatest value, in the order of the values. */
export function sparkline(values: readonly number[]): string {
  const [least, greatest] = [Math.min(...values), Math.max(...values)]
  const heights = '▁▂▃▄▅▆▇█'
  return values
    .map((value) =>
      greatest === least
        ? heights.charAt(3)
        : heights.charAt(Math.round(((value - least) / (greatest - least)) * 7)),
    )
    .join('')
}
