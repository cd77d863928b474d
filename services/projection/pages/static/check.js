// Checks a receipt, or finds where a file is named: all is reckoned here, no file is sent.
"use strict";

const HASH = 32;
const form = document.getElementById("periksa");
const told = document.getElementById("jawaban");
const words = JSON.parse(document.getElementById("kata").textContent);
const encoder = new TextEncoder();

const hex = (bytes) => Array.from(bytes, (each) => each.toString(16).padStart(2, "0")).join("");
const unhex = (text) => Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
const unbase = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const same = (one, other) => hex(one) === hex(other);

function joined(parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}

async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

const leafHash = (leaf) => sha256(joined([Uint8Array.of(0), leaf]));
const node = (left, right) => sha256(joined([Uint8Array.of(1), left, right]));

function netstrings(fields) {
  return joined(
    fields.flatMap((field) => [encoder.encode(field.length + ":"), field, encoder.encode(",")]),
  );
}

// RFC 9162, 2.1.3.2. Sizes beyond 2^53 do not come about; arithmetic instead of bits all the same.
async function climbed(leaf, index, size, path) {
  if (index >= size) return null;
  let place = index;
  let last = size - 1;
  let found = leaf;
  for (const each of path) {
    if (last === 0) return null;
    if (place % 2 === 1 || place === last) {
      found = await node(each, found);
      while (place % 2 === 0 && place > 0) {
        place = Math.floor(place / 2);
        last = Math.floor(last / 2);
      }
    } else {
      found = await node(found, each);
    }
    place = Math.floor(place / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? found : null;
}

// Moments have microseconds, which numbers of this language hold exactly until the year 2255.
function microseconds(moment) {
  const [, second, fraction] = /^(.*?)(?:\.(\d+))?Z$/.exec(moment);
  return String(Date.parse(second + "Z") * 1000 + Number((fraction || "").padEnd(6, "0") || 0));
}

async function leafOf(receipt) {
  const fact = receipt.fact;
  if ("withheld" in fact) return unhex(fact.withheld);
  const text = (value) => encoder.encode(String(value));
  return leafHash(
    netstrings([
      text("jejak-inovasi/leaf/1"),
      text(receipt.tenant),
      text(fact.seq),
      text(fact.stream),
      text(fact.version),
      unhex(fact.event_id.replaceAll("-", "")),
      text(fact.topic),
      text(microseconds(fact.recorded_at)),
      text(fact.meta),
      text(fact.state),
    ]),
  );
}

function headLeaf(head) {
  const text = (value) => encoder.encode(String(value));
  return leafHash(
    netstrings([
      text("jejak-inovasi/head/1"),
      text(head.tenant),
      text(head.epoch),
      text(head.size),
      unhex(head.root),
    ]),
  );
}

function parsedNote(note) {
  const end = note.lastIndexOf("\n\n");
  const [origin, size, root] = note.slice(0, end).split("\n");
  const signatures = note
    .slice(end + 2)
    .split("\n")
    .filter((line) => line.startsWith("\u2014 "))
    .map((line) => line.split(" "));
  return { text: note.slice(0, end + 1), origin, size: Number(size), root: unbase(root), signatures };
}

// Whether one of the log's keys signed; null where this browser cannot tell.
async function isSigned(note, keys) {
  for (const spelt of keys) {
    const [name, id, ...rest] = spelt.split("+");
    const key = unbase(rest.join("+"));
    for (const [, signer, base] of note.signatures) {
      const bytes = unbase(base);
      if (signer !== name || hex(bytes.slice(0, 4)) !== id) continue;
      try {
        const known = await crypto.subtle.importKey("raw", key.slice(1), "Ed25519", false, ["verify"]);
        const text = encoder.encode(note.text);
        return await crypto.subtle.verify("Ed25519", known, bytes.slice(4), text);
      } catch {
        return null;
      }
    }
  }
  return false;
}

async function problemsOf(receipt) {
  const problems = [];
  const head = receipt.head;
  const own = parsedNote(receipt.checkpoint);
  const above = parsedNote(receipt.heads_checkpoint);
  const leaf = await leafOf(receipt);
  const root = await climbed(leaf, receipt.fact.seq - 1, head.size, receipt.path.map(unhex));
  if (head.tenant !== receipt.tenant || !root || hex(root) !== head.root) problems.push("path");
  const top = await climbed(await headLeaf(head), head.index, above.size, receipt.heads_path.map(unhex));
  if (!top || !same(top, above.root)) problems.push("heads_path");
  const origin = `${receipt.log}/${receipt.tenant}/${head.epoch}`;
  if (own.origin !== origin || own.size !== head.size || hex(own.root) !== head.root)
    problems.push("note");
  if (above.origin !== `${receipt.log}/heads`) problems.push("note");
  const signed = [await isSigned(own, receipt.keys), await isSigned(above, receipt.keys)];
  if (signed.includes(false)) problems.push("signature");
  return { problems, unsure: signed.includes(null) };
}

function say(kind, lines) {
  told.className = `notice ${kind}`;
  told.replaceChildren(
    ...lines.map((line) => {
      const paragraph = document.createElement("p");
      paragraph.textContent = line;
      return paragraph;
    }),
  );
  told.hidden = false;
  told.focus();
}

const filled = (sentence, facts) => sentence.replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "");

async function checkReceipt(receipt) {
  const { problems, unsure } = await problemsOf(receipt);
  const facts = {
    seq: receipt.fact.seq,
    region: receipt.tenant,
    topic: receipt.fact.topic || "–",
    recorded: receipt.fact.recorded_at || "–",
    keys: receipt.keys.join(", "),
  };
  if (problems.length) {
    const reasons = [...new Set(problems)].map((name) => words[name]);
    say("blocked", [filled(words.unsound, facts), ...reasons]);
    return;
  }
  const lines = [filled(words.sound, facts), filled(words.key, facts)];
  say("sound", unsure ? [...lines, words.unsure] : lines);
}

async function findFile(file, region) {
  const digest = hex(await sha256(await file.arrayBuffer()));
  const facts = { file: file.name, sha256: digest, region };
  if (!/^\d\d(\.\d\d)?$/.test(region)) {
    say("projection", [filled(words.digest, facts), words.region_needed]);
    return;
  }
  const answer = await fetch(`/v1/regions/${region}/fingerprints/${digest}`);
  const view = await answer.json();
  if (!answer.ok) {
    say("blocked", [filled(words.digest, facts), view.detail || words.failed]);
    return;
  }
  const claims = view.claims.map((claim) =>
    filled(words.claim, { ...claim, innovation: claim.innovation || words.own_row }),
  );
  const sentence = claims.length ? words.named : words.not_named;
  say(claims.length ? "sound" : "blocked", [
    filled(words.digest, facts),
    filled(sentence, facts),
    ...claims,
  ]);
}

async function check(file) {
  try {
    const begun = await file.slice(0, 1).text();
    if (begun === "{") {
      const held = JSON.parse(await file.text());
      if (held.format === "jejak-inovasi/receipt/1") {
        await checkReceipt(held);
        return;
      }
    }
    await findFile(file, form.elements.daerah.value.trim());
  } catch (error) {
    say("blocked", [words.failed]);
  }
}

form.elements.berkas.addEventListener("change", () => {
  const [file] = form.elements.berkas.files;
  if (file) check(file);
});
form.addEventListener("submit", (event) => {
  const [file] = form.elements.berkas.files;
  if (!file) return;
  event.preventDefault();
  check(file);
});
for (const kind of ["dragover", "drop"]) {
  document.addEventListener(kind, (event) => {
    event.preventDefault();
    if (kind === "drop" && event.dataTransfer.files.length) check(event.dataTransfer.files[0]);
  });
}
for (const each of document.querySelectorAll(".with-script")) each.hidden = false;
