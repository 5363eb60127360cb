import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countCommands } from './redis-commands.ts'

function encoded(words: readonly string[]): string {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`)
  return `*${words.length}\r\n${parts.join('')}`
}

const command = fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 5 })

test('counts commands however they are split into chunks', () => {
  fc.assert(
    fc.property(fc.array(command), fc.nat(), (commands, cut) => {
      const bytes = Buffer.from(commands.map(encoded).join(''))
      const at = bytes.length === 0 ? 0 : cut % bytes.length
      const first = countCommands(bytes.subarray(0, at))
      const second = countCommands(Buffer.concat([first.rest, bytes.subarray(at)]))
      expect(first.commands + second.commands).toBe(commands.length)
      expect(second.rest).toHaveLength(0)
    }),
  )
})

test('keeps an incomplete command', () => {
  const bytes = Buffer.from('*1\r\n$4\r\nPING\r\n*2\r\n$4\r\nPI')
  expect(countCommands(bytes)).toEqual({ commands: 1, rest: Buffer.from('*2\r\n$4\r\nPI') })
})
