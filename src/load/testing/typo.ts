import fc from 'fast-check'

/** A name, and what one slip of the hand makes of it. */
export interface Typo {
  readonly meant: string
  readonly typo: string
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-'.split('')

/** One letter too many, missing, wrong, or swapped with its neighbour, in one of several names. */
export function typoOf(names: readonly string[]): fc.Arbitrary<Typo> {
  return fc
    .record({
      meant: fc.constantFrom(...names),
      slip: fc.constantFrom('insert', 'remove', 'replace', 'swap'),
      at: fc.nat(),
      letter: fc.constantFrom(...LETTERS),
    })
    .map(({ meant, slip, at, letter }) => {
      const index = at % meant.length
      const [before, after] = [meant.slice(0, index), meant.slice(index)]
      const [first = '', second = ''] = after
      const typo = {
        insert: before + letter + after,
        remove: before + after.slice(1),
        replace: before + letter + after.slice(1),
        swap: before + second + first + after.slice(2),
      }[slip]
      return { meant, typo }
    })
    .filter(({ typo }) => typo !== '' && !names.includes(typo))
}

/** Where keys are in nested objects: the path of each, itself last. */
export function keyPaths(object: object): readonly (readonly string[])[] {
  return Object.entries(object).flatMap(([key, value]: [string, unknown]) => [
    [key],
    ...(typeof value === 'object' && value !== null
      ? keyPaths(value).map((path) => [key, ...path])
      : []),
  ])
}

/** The same object with one key by another name. */
export function renamed(object: object, path: readonly string[], name: string): object {
  const [first, ...rest] = path
  return Object.fromEntries(
    Object.entries(object).map(([key, value]: [string, unknown]) => {
      if (key !== first) return [key, value]
      if (rest.length === 0) return [name, value]
      return [key, renamed(value as object, rest, name)]
    }),
  )
}
