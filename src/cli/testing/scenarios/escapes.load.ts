import { constant, counter, test } from '../../../vitest/load-test.ts'

/** Control characters that turn a terminal red and change its window's title. */
const ESCAPES = '\u001b[31mred\u001b]0;title\u0007'

test(`escapes ${ESCAPES}`, async ({ load }) => {
  await load({
    arrivals: constant(50),
    duration: '400ms',
    warmUp: '0s',
    allowFailures: true,
    tags: { [ESCAPES]: [ESCAPES] },
    metrics: { [ESCAPES]: counter(ESCAPES) },
    slo: { checks: { [`never ${ESCAPES}`]: { min: 0.5 } } },
    operations: {
      // A server's answer may become part of a name, too.
      [ESCAPES]: async ({ check, tag, metrics }) => {
        check(ESCAPES, true)
        tag(ESCAPES, ESCAPES)
        metrics[ESCAPES]?.add()
        throw Object.assign(new Error(ESCAPES), { code: ESCAPES })
      },
    },
  })
})
