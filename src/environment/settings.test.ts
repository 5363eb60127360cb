import { expect, test } from 'vitest'
import { backendSettings } from './settings.ts'

test('without variables, the first available backend and the default images are chosen', () => {
  expect(backendSettings({})).toEqual({
    choice: 'auto',
    images: { redis: 'redis:7-alpine', nats: 'nats:2-alpine' },
  })
})

test('an empty variable counts as not set', () => {
  const names = [
    'BENCH_BACKEND',
    'BENCH_CLUSTER',
    'REDIS_URL',
    'NATS_URL',
    'BENCH_REDIS_IMAGE',
    'BENCH_NATS_IMAGE',
  ]
  expect(backendSettings(Object.fromEntries(names.map((name) => [name, ''])))).toEqual(
    backendSettings({}),
  )
})

test('every variable is read', () => {
  expect(
    backendSettings({
      BENCH_BACKEND: 'cluster',
      BENCH_CLUSTER: 'containers',
      REDIS_URL: 'redis://a',
      NATS_URL: 'nats://b,nats://c',
      BENCH_REDIS_IMAGE: 'valkey:8',
      BENCH_NATS_IMAGE: 'nats:2.11',
    }),
  ).toEqual({
    choice: 'cluster',
    cluster: 'containers',
    redisUrl: 'redis://a:6379',
    natsUrl: 'nats://b,nats://c',
    images: { redis: 'valkey:8', nats: 'nats:2.11' },
  })
})

test('an unknown backend is refused with the valid choices', () => {
  expect(() => backendSettings({ BENCH_BACKEND: 'docker' })).toThrow(
    'BENCH_BACKEND=docker is not a backend. Choose one of containers, programs, cluster, memory, external',
  )
})

test('an unknown kind of cluster is refused with the valid ones', () => {
  expect(() => backendSettings({ BENCH_CLUSTER: 'kubernetes' })).toThrow('programs or containers')
})

test('a malformed address is refused with the name of its variable', () => {
  expect(() => backendSettings({ REDIS_URL: 'redis//:secret@host' })).toThrow('REDIS_URL')
  expect(() => backendSettings({ NATS_URL: 'nats:secret' })).toThrow('NATS_URL')
})
