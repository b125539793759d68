// The administrator's file for what must be known before the programs run: ports and certificates. Everything else is a setting.
import { z } from 'zod';

const port = z.number().int().min(1).max(65535);

export const configSchema = z
  .object({
    /** Address to listen on; all if left out. */
    address: z.string().optional(),
    https_port: port.default(8443),
    /** Only redirects to https; 0 for none. */
    http_port: z.union([z.literal(0), port]).default(8080),
    /** The administrator's own certificate and key (PEM files); else one from the computer's own authority. */
    certificate: z.string().optional(),
    key: z.string().optional(),
    log_level: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  })
  .strict();
export type Config = z.infer<typeof configSchema>;
