import { describeQuotaContract } from './testing/quotas.contract.ts'
import { MemoryStore } from './memory/memory-store.ts'

describeQuotaContract('Quotas of the memory store', async (quotas) => new MemoryStore({ quotas }))
