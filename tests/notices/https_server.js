// Receives notices over HTTPS, as the services do that they are for: what comes has to be JSON. Ends after so many
// requests, and prints all of them.
//
//   node https_server.js DIRECTORY COUNT      with cert.pem and key.pem in the directory; writes its port there
'use strict';

const fs = require('fs');
const https = require('https');
const path = require('path');

const [, , directory, count] = process.argv;
const file = (name) => path.join(directory, name);
const seen = [];

const server = https.createServer(
  {cert: fs.readFileSync(file('cert.pem')), key: fs.readFileSync(file('key.pem'))},
  async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const {method, url, headers} = request;
    seen.push({method, url, type: headers['content-type'], body: JSON.parse(Buffer.concat(chunks).toString())});
    response.writeHead(200, {Connection: 'close'}).end('ok');
    if (seen.length < Number(count)) return;
    console.log(JSON.stringify(seen));
    server.close();
  },
);

server.listen(0, 'localhost', () => {
  fs.writeFileSync(file('port.new'), String(server.address().port));
  fs.renameSync(file('port.new'), file('port'));
});
