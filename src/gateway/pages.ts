// The static pages: station, Manager, Dashboard, the API's reference and the documentation, as they were built into dist/web.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { CodedError } from '#contract/errors.ts';
import { framedByOwnPage, securityHeaders } from './web-security.ts';

const pages = { '/': 'station', '/manager': 'manager', '/dashboard': 'dashboard', '/api': 'api' } as const;
/** Pages that have others below them. */
const deep: ReadonlySet<string> = new Set(['/manager', '/dashboard']);

/** Serves what lies in `webRoot`, and the certificate of the computer's own authority at /ca.crt. */
export async function setUpPages(app: FastifyInstance, webRoot: string, authorityFile: string): Promise<void> {
  await app.register(fastifyStatic, {
    root: webRoot,
    prefix: '/assets/',
    prefixAvoidTrailingSlash: true,
    serve: false,
    index: false,
    preCompressed: true,
    cacheControl: false,
  });
  for (const [path, name] of Object.entries(pages)) {
    const urls = deep.has(path) ? [path, `${path}/*`] : [path];
    for (const url of urls) {
      app.get(url, async (request, reply) => {
        if (!existsSync(join(webRoot, name, 'index.html'))) throw new CodedError('not-found');
        if (name === 'station') reply.headers(framedByOwnPage(securityHeaders(request.headers.host)));
        return reply.header('cache-control', 'no-cache').sendFile(`${name}/index.html`);
      });
    }
  }
  app.get('/docs', async (_request, reply) => reply.redirect('/docs/administrators'));
  app.get('/docs/*', async (request, reply) => {
    const { '*': name } = request.params as { '*': string };
    if (!/^(?:decisions\/)?[a-z0-9-]+$/.test(name) || !existsSync(join(webRoot, 'docs', `${name}.html`)))
      throw new CodedError('not-found');
    return reply.header('cache-control', 'no-cache').sendFile(`docs/${name}.html`);
  });
  app.get('/assets/*', async (request, reply) => {
    const { '*': file } = request.params as { '*': string };
    return reply.header('cache-control', 'public, max-age=31536000, immutable').sendFile(`assets/${file}`);
  });
  app.get('/ca.crt', async (_request, reply) => {
    if (!existsSync(authorityFile)) throw new CodedError('not-found');
    return reply.type('application/x-x509-ca-cert').header('cache-control', 'no-cache').send(readFileSync(authorityFile));
  });
}
