// Two pages for the browser of a session in a machine of the lab, and which of them were asked for. Arguments: port, file where
// each request's path becomes a line.
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [port = '', asked = ''] = process.argv.slice(2);

createServer((request, response) => {
  const path = request.url ?? '/';
  appendFileSync(asked, `${path}\n`);
  const name = /^\/(\w+)$/.exec(path)?.[1];
  response.writeHead(name === undefined ? 404 : 200, { 'content-type': 'text/html', 'cache-control': 'no-store' });
  response.end(name === undefined ? '' : `<!doctype html><title>Page ${name}</title><h1>Page ${name}</h1>`);
}).listen(Number(port), '127.0.0.1');
