/** An equation: Σ amount × coefficient = measured, > 0. */
export interface Equation {
  /** One for each coefficient, ≥ 0. */
  readonly amounts: readonly number[]
  readonly measured: number
}

const MAX_SWEEPS = 20_000
const CONVERGED = 1e-9

/**
 * Non-negative coefficients that fit the equations best, by least squares of the relative errors: each
 * equation counts the same, whatever its size. Found by coordinate descent (Franc, Hlaváč and Navara,
 * "Sequential coordinate-wise algorithm for the non-negative least squares problem", CAIP 2005).
 * @returns one for each coefficient; 0 for one that no equation has.
 */
export function solveNonNegative(equations: readonly Equation[]): readonly number[] {
  const rows = equations.map(({ amounts, measured }) => amounts.map((amount) => amount / measured))
  const width = rows[0]?.length ?? 0
  const scale = Array.from({ length: width }, (_, at) =>
    Math.sqrt(rows.reduce((sum, row) => sum + (row[at] ?? 0) ** 2, 0)),
  )
  // In columns of length 1, the largest step decides when to end.
  const columns = scale.map((length, at) => rows.map((row) => (row[at] ?? 0) / (length || 1)))
  const solution = columns.map(() => 0)
  const residual = rows.map(() => 1)
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep += 1) {
    let largestStep = 0
    for (const [at, column] of columns.entries()) {
      if (scale[at] === 0) continue
      const before = solution[at] ?? 0
      const gradient = column.reduce((sum, value, row) => sum + value * (residual[row] ?? 0), 0)
      const after = Math.max(0, before + gradient)
      solution[at] = after
      const step = after - before
      for (const [row, value] of column.entries())
        residual[row] = (residual[row] ?? 0) - step * value
      largestStep = Math.max(largestStep, Math.abs(step))
    }
    if (largestStep < CONVERGED) break
  }
  return solution.map((value, at) => (scale[at] ? value / scale[at] : 0))
}
