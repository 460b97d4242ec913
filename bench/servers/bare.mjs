// What a framework costs: one Fastify route and one statement through `pg`, which gives its row as JSON. And Nest routes
// that answer a fixed text of the same size, one of them to whoever has a token: what is left when nothing is read.
import 'reflect-metadata';
import { Controller, Get, Module, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import Fastify from 'fastify';
import { jwtVerify } from 'jose';
import { openPool } from '../../dist/database/pool.js';

const { url, text, body, secret } = JSON.parse(process.argv[2]);

const pool = openPool(url, { name: 'bench', size: 10 });
const fastify = Fastify();
fastify.get('/job', async (request) => {
  const { rows } = await pool.query({ name: 'job', text, values: [request.query.id] });
  return rows[0];
});
const bare = await fastify.listen({ port: 0, host: '127.0.0.1' });

class Fixed {
  answer() {
    return body;
  }
}
Controller('fixed')(Fixed);
Get()(Fixed.prototype, 'answer', Object.getOwnPropertyDescriptor(Fixed.prototype, 'answer'));

class Guarded extends Fixed {}
class ByToken {
  async canActivate(context) {
    const [, token] = context.switchToHttp().getRequest().headers.authorization.split(' ');
    await jwtVerify(token, new globalThis.TextEncoder().encode(secret), { algorithms: ['HS256'] });
    return true;
  }
}
Controller('guarded')(Guarded);
UseGuards(ByToken)(Guarded);

class App {}
Module({ controllers: [Fixed, Guarded] })(App);
const app = await NestFactory.create(App, new FastifyAdapter(), { logger: false });
await app.listen(0, '127.0.0.1');
console.log(JSON.stringify({ bare, nest: await app.getUrl() }));
