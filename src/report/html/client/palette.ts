import { MARK_KINDS, TONES, type Mark, type Tone } from '../chart.ts'

/** The colours of charts as the page's style has them, in the theme of the moment. */
export interface Palette {
  readonly text: string
  readonly muted: string
  readonly grid: string
  readonly background: string
  readonly bound: string
  readonly tone: (tone: Tone) => string
  readonly mark: (kind: Mark['kind']) => string
  /** From few to many. */
  readonly heat: readonly Colour[]
  readonly font: string
}

/** Red, green, blue: 0–255. */
export type Colour = readonly [number, number, number]

/** Steps of the scale of heat maps, in `charts.css`. */
const HEAT_STEPS = 5

/** Reads the colours that classes have inside an element. */
export function readPalette(inside: Element): Palette {
  const probe = document.createElement('span')
  probe.hidden = true
  inside.append(probe)
  const known = new Map<string, string>()
  const colour = (name: string) => {
    let value = known.get(name)
    if (value === undefined) {
      probe.className = name
      value = getComputedStyle(probe).color
      known.set(name, value)
    }
    return value
  }
  try {
    const names = ['text', 'muted', 'grid', 'background', 'bound'] as const
    const [text, muted, grid, background, bound] = names.map((name) => colour(`ink-${name}`))
    for (const tone of TONES) colour(`tone-${tone}`)
    for (const kind of MARK_KINDS) colour(`mark-${kind}`)
    const { fontFamily } = getComputedStyle(inside)
    return {
      text: text ?? '',
      muted: muted ?? '',
      grid: grid ?? '',
      background: background ?? '',
      bound: bound ?? '',
      tone: (tone) => known.get(`tone-${tone}`) ?? text ?? '',
      mark: (kind) => known.get(`mark-${kind}`) ?? text ?? '',
      heat: Array.from({ length: HEAT_STEPS }, (_, k) => channels(colour(`heat-${k}`))),
      font: `12px ${fontFamily}`,
    }
  } finally {
    probe.remove()
  }
}

/** A computed colour is `rgb(1, 2, 3)`. */
function channels(colour: string): Colour {
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number)
  return [red, green, blue]
}

/** The colour at a ratio from 0 to 1 of a scale. */
export function colourAt(scale: readonly Colour[], ratio: number): Colour {
  const place = Math.min(1, Math.max(0, ratio)) * (scale.length - 1)
  const low = scale[Math.floor(place)] ?? [0, 0, 0]
  const high = scale[Math.ceil(place)] ?? low
  const rest = place - Math.floor(place)
  const mix = (a: number, b: number) => Math.round(a + (b - a) * rest)
  return [mix(low[0], high[0]), mix(low[1], high[1]), mix(low[2], high[2])]
}
