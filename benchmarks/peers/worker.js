// A program that runs one model when asked: octavo-bench --stdin, or ort_worker.js. Both print a line
// of JSON when they have run once, then answer each number N on their input with the milliseconds of
// N runs.
'use strict';

const { spawn } = require('child_process');
const readline = require('readline');

class Worker {
  // Resolves to a worker that has run once.
  static async start(command) {
    const worker = new Worker();
    worker.command = command;
    worker.child = spawn(command[0], command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
    worker.exit = new Promise((resolve) => worker.child.on('close', resolve));
    worker.child.on('error', () => {});
    worker.lines = readline.createInterface({ input: worker.child.stdout })[Symbol.asyncIterator]();
    await worker.read();
    return worker;
  }

  async read() {
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`${this.command.join(' ')}: ended without an answer`);
    return JSON.parse(value);
  }

  async run(count) {
    this.child.stdin.write(`${count}\n`);
    return this.read();
  }

  async stop() {
    this.child.stdin.end();
    await this.exit;
  }
}

module.exports = { Worker };
