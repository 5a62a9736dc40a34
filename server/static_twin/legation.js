// Answers from files as the server does: what server/negotiation.py, server/addresses.py, server/conditional.py and
// server/library.py decide, in the JavaScript of nginx (njs 0.7.9). `tables` is twin/tables.json, made by the export;
// regular expressions, formats, routes and every header field are in there, only the steps are here.

var fs = require('fs');
var crypto = require('crypto');

var ANY = '*';
var LISTED = /[ \t]*(W\/)?(?:"([^"]*)"|([^",\s]+))[ \t]*(?:,|$)/g;
var MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';
var WRITTEN = {
  x: function (text) {
    return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/'/g, '&#39;')
      .replace(/"/g, '&#34;');
  },
  y: function (text) {
    return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')
      .replace(/'/g, '&apos;');
  },
  j: function (text) { return JSON.stringify(text).slice(1, -1); },
  t: function (text) { return text.replace(/\\/g, '\\\\').replace(/"/g, '\\"'); },
  p: function (text) { return text; },
};

// ── The request ────────────────────────────────────────────────────────────────────────────────────────────────────

function answer(r) {
  var target = bytesOf(r.rawVariables.request_uri);
  give(r, r.method, target, fieldsOf(r.rawHeadersIn));
}

// What nginx itself would not read (a path that climbs above the root, NUL, a method it does not know, …): it stops
// before the header fields, so the answer is that to a request without any.
function refused(r) {
  var line = bytesOf(r.rawVariables.request || []).split(' ');
  if (r.variables.request_uri) {
    give(r, line[0], bytesOf(r.rawVariables.request_uri), fieldsOf(r.rawHeadersIn));
  } else if (line.length === 3 && line[1].charAt(0) === '/') {
    give(r, line[0], line[1], {});
  } else {
    say(r, 'GET', tables.problems.target, '', '', {}, {});
  }
}

function give(r, method, target, fields) {
  var mark = target.indexOf('?');
  var path = mark < 0 ? target : target.slice(0, mark);
  var query = mark < 0 ? '' : target.slice(mark + 1);
  var asked = argumentsOf(query);
  var problem = problemOf(r, method, path, query, fields);
  if (problem) {
    say(r, method, problem, '', '', asked, fields);
  } else if (method === 'OPTIONS' && fields['access-control-request-method'] !== undefined) {
    preflight(r, fields);
  } else {
    route(r, method, path, query, asked, fields);
  }
}

// What server/front.py refuses before anything is looked up.
function problemOf(r, method, path, query, fields) {
  if (path.length + query.length > tables.limits.target) { return tables.problems.target; }
  if (fields[''] > tables.limits.head) { return tables.problems.head; }
  if (method === 'GET' || method === 'HEAD') { return null; }
  var coding = (fields['content-encoding'] || '').trim().toLowerCase();
  if (coding && coding !== 'identity') { return tables.problems.coding; }
  var length = fields['content-length'] || '';
  return /^[0-9]+$/.test(length) && parseInt(length, 10) > tables.limits.body ? tables.problems.body : null;
}

function preflight(r, fields) {
  var words = fields['access-control-request-headers'];
  for (var i = 0; i < tables.preflight.length; i++) {
    var value = tables.preflight[i][1];
    r.headersOut[tables.preflight[i][0]] = value.indexOf('\x01') < 0 ? value : words === undefined ? ANY : words;
  }
  bare(r, 204);
}

function route(r, method, path, query, asked, fields) {
  var plain = plainOf(path).replace(/^\/+/, '/');
  var found;
  var words;
  for (var i = 0; i < tables.routes.length; i++) {
    found = tables.routes[i];
    words = new RegExp('^(?:' + found.pattern + ')$').exec(plain);
    if (words) { break; }
  }
  var raw = rawWords(found, path);
  if (found.methods.length && !has(found.methods, method)) {
    say(r, method, found.wrong, raw, method, asked, fields);
  } else if (method === 'OPTIONS' && found.methods.length) {
    say(r, method, found.options, raw, method, asked, fields);
  } else if (found.computes && (method !== 'GET' && method !== 'HEAD' || computes(found, asked))) {
    say(r, method, tables.problems.static, raw, method, asked, fields);
  } else {
    lookUp(r, method, found, path, plain, raw, query, asked, fields);
  }
}

// Whether a request to the endpoint asks for something that is computed.
function computes(found, asked) {
  if (found.missing || /graph-store$/.test(found.pattern)) { return true; }
  for (var name in asked) {
    if (name !== 'lang' && name !== '_profile') { return true; }
  }
  return false;
}

function rawWords(found, path) {
  var before = found.before.split('/').length - 1;
  var words = path.split('/').slice(before).join('/');
  var rest = found.before.slice(found.before.lastIndexOf('/') + 1);
  return words.slice(rest.length);
}

function lookUp(r, method, found, path, plain, raw, query, asked, fields) {
  var flaw = flawOf(raw);
  if (flaw && found.not_text) {
    say(r, method, found.not_text[flaw], raw, method, asked, fields, flaw);
    return;
  }
  if (!found.methods.length && ['GET', 'HEAD', 'OPTIONS'].indexOf(method) < 0) {
    say(r, method, found.missing[''], raw, method, asked, fields);
    return;
  }
  var names = found.as_written ? spellings(textOf(raw)).map(function (name) { return found.before + name; }) : [plain];
  var part = partOf(asked);
  var isThing = found.before === tables.root + 'id/';
  var entry = entryOf(names, part);
  var form = entry && entry.shape['?turtle'] && !entry.suffix ? asked._mediatype : undefined;
  if ((isThing || entry && entry.resource.profiled) && asked._profile !== undefined && !namedProfile(asked._profile)) {
    say(r, method, tables.problems.profile, shortened(asked._profile), method, asked, fields);
  } else if (form !== undefined && !formatNamed(form)) {
    say(r, method, tables.problems.media_type, shortened(form), method, asked, fields);
  } else if (isThing && !entry) {
    say(r, method, found.missing[''], raw, method, asked, fields);
  } else if (entry) {
    if (form !== undefined) { entry.resource = entry.shape['?' + formatNamed(form)]; }
    send(r, method, entry.resource, entry.fills, asked, fields, query);
  } else if (part && entryOf(names, '')) {
    say(r, method, tables.problems.static, raw, method, asked, fields);
  } else {
    var suffix = found.missing[suffixOf(raw)] ? suffixOf(raw) : '';
    say(r, method, found.missing[suffix], suffix ? raw.slice(0, -suffix.length) : raw, method, asked, fields);
  }
}

function shortened(text) {
  return bytesOf(Buffer.from(text.slice(0, 100), 'utf8'));
}

// What of the address of a thing goes on to that of its document (server/thing_documents.py).
function keptOf(asked) {
  var kept = [];
  for (var i = 0; i < tables.kept.length; i++) {
    var value = asked[tables.kept[i]];
    if (value) { kept.push(tables.kept[i] + '=' + escaped(value, '/:,_.-~').replace(/%20/g, '+')); }
  }
  return kept.join('&');
}

function formatNamed(name) {
  return tables.format_names[name.trim().toLowerCase().replace(/ /g, '+').replace(/-/g, '')];
}

// The part of the address behind the path that names a resource of its own, such as a page of links.
function partOf(asked) {
  var part = '';
  for (var i = 0; i < tables.parameters.length; i++) {
    var name = tables.parameters[i];
    if (asked[name] !== undefined) { part += '?' + name + '=' + asked[name]; }
  }
  return part;
}

function suffixOf(path) {
  for (var i = 0; i < tables.suffixes.length; i++) {
    var suffix = tables.suffixes[i];
    if (path.length > suffix.length && path.slice(-suffix.length) === suffix) { return suffix; }
  }
  return '';
}

function entryOf(names, part) {
  var suffix = suffixOf(names[0]);
  for (var whole = suffix ? 0 : 1; whole < 2; whole++) {
    for (var i = 0; i < names.length; i++) {
      var name = names[i];
      var stem = whole ? name : name.slice(0, -suffix.length);
      var entry = read(stem + part);
      var shape = entry && (typeof entry.shape === 'number' ? tables.shapes[entry.shape] : entry.shape);
      var resource = shape && shape[whole ? '' : suffix];
      if (resource) {
        return { fills: entry.fills, resource: resource, shape: shape, suffix: whole ? '' : suffix };
      }
    }
  }
  return null;
}

// The entry of a name, or null. Nothing is thrown: to tell where an error came from, njs would walk through the tables.
function read(name) {
  var key = crypto.createHash('sha256').update(name).digest('hex');
  var path = ngx.conf_prefix + 'answers/' + key.slice(0, 2) + '/' + key.slice(2) + '.json';
  return fs.statSync(path, { throwIfNoEntry: false }) ? JSON.parse(fs.readFileSync(path)) : null;
}

// ── Choosing (server/negotiation.py) ───────────────────────────────────────────────────────────────────────────────

function chosen(resource, asked, fields) {
  var form = formOf(resource, fields);
  var language = languageOf(asked, fields);
  var profile = profileOf(asked, fields);
  var forms = [form, form.split('#')[0]];
  for (var f = 0; f < forms.length; f++) {
    var options = [[language, profile], [language, ANY], [ANY, profile], [ANY, ANY]];
    for (var i = 0; i < options.length; i++) {
      var number = resource.grid[forms[f] + ' ' + options[i][0] + ' ' + options[i][1]];
      if (number !== undefined) { return resource.answers[number]; }
    }
  }
  return resource.answers[0];
}

function formOf(resource, fields) {
  if (!resource.offers.length) { return '-'; }
  var choice = negotiated(fields.accept, resource.offers, resource.default);
  if (choice) { return choice; }
  if (!resource.refuses) { return resource.default; }
  return '406/' + (negotiated(fields.accept, tables.problem_formats, tables.problem_formats[0]) || tables.problem_formats[0]);
}

// The offered format that an Accept field prefers, with `#` and the JSON-LD profile asked for; null for none.
function negotiated(accept, offered, byDefault) {
  var ranges = rangesOf(accept || '');
  if (!ranges.length) { return byDefault; }
  offered = copied(offered);
  var order = [byDefault].concat(offered.filter(function (key) { return key !== byDefault; }));
  var best = null;
  for (var i = 0; i < offered.length; i++) {
    var offers = offersOf(ranges, offered[i]);
    for (var j = 0; j < offers.length; j++) {
      var offer = offers[j];
      var isNamed = offer.rank >= ALIAS;
      var place = -(isNamed ? offered : order).indexOf(offered[i]);
      var weight = [offer.weight, isNamed ? 1 : 0, place, offer.rank];
      if (offer.weight > 0 && (!best || isMore(weight, best.weight))) { best = { weight: weight, choice: offer.choice }; }
    }
  }
  return best && best.choice;
}

function isMore(one, other) {
  for (var i = 0; i < one.length; i++) {
    if (one[i] !== other[i]) { return one[i] > other[i]; }
  }
  return false;
}

var ANYTHING = 0;
var ANY_SUBTYPE = 1;
var ALIAS = 2;
var EXACT = 3;
var PROFILED = 4;

function offersOf(ranges, key) {
  var form = tables.formats[key];
  var offers = [];
  var plain = null;
  for (var i = 0; i < ranges.length; i++) {
    var found = ranges[i];
    var rank = rankOf(found, form);
    if (rank === null) { continue; }
    var profile = jsonLdProfileOf(found, form);
    if (profile) {
      offers.push({ weight: found.weight, rank: PROFILED, choice: key + '#' + profile });
    } else if (!plain || isMore([rank, found.weight], [plain.rank, plain.weight])) {
      plain = { weight: found.weight, rank: rank, choice: key };
    }
  }
  return plain ? offers.concat([plain]) : offers;
}

function rankOf(range, form) {
  var charset = range.parameters.charset;
  if (charset !== undefined && ['utf-8', 'utf8'].indexOf(charset.toLowerCase()) < 0) { return null; }
  if (range.subtype === '*') {
    if (range.type === '*') { return ANYTHING; }
    return range.type === form.media_type.split('/')[0] ? ANY_SUBTYPE : null;
  }
  var name = range.type + '/' + range.subtype;
  if (name === form.media_type) { return EXACT; }
  return has(form.aliases, name) && range.weight > 0 ? ALIAS : null;
}

function jsonLdProfileOf(range, form) {
  if (!has(form.parameters, 'profile')) { return null; }
  var named = (range.parameters.profile || '').split(/[ \t]+/);
  for (var i = 0; i < named.length; i++) {
    if (has(tables.json_ld_profiles, named[i])) { return named[i]; }
  }
  return null;
}

function rangesOf(accept) {
  var range = new RegExp('^(?:' + tables.grammar.range + ')$');
  var found = [];
  elementsOf(accept).forEach(function (element) {
    var named = range.exec(element);
    if (!named || (named[1] === '*' && named[2] !== '*')) { return; }
    var parameters = parametersOf(named[3] || '');
    var weight = weightOf(parameters);
    if (weight !== null) {
      found.push({
        type: (named[1] || '*').toLowerCase(), subtype: (named[2] || '*').toLowerCase(), weight: weight,
        parameters: parameters,
      });
    }
  });
  return found;
}

function elementsOf(value) {
  var element = new RegExp(tables.grammar.element, 'g');
  var read = value.slice(0, tables.limits.field);
  var found = [];
  var match;
  while (found.length < tables.limits.elements && (match = element.exec(read))) {
    if (element.lastIndex < tables.limits.field || element.lastIndex === value.length) { found.push(match[0]); }
    if (!match[0].length) { element.lastIndex += 1; }
  }
  return found;
}

function parametersOf(text) {
  var parameter = new RegExp(tables.grammar.parameter, 'g');
  var found = {};
  var match;
  while ((match = parameter.exec(text))) {
    var name = match[1].toLowerCase();
    var value = match[2].charAt(0) === '"' ? match[2].slice(1, -1).replace(/\\(.)/g, '$1') : match[2];
    if (found[name] === undefined) { found[name] = value; }
  }
  return found;
}

function weightOf(parameters) {
  var text = parameters.q === undefined ? '1' : parameters.q;
  return new RegExp('^(?:' + tables.grammar.weight + ')$').test(text) ? parseFloat(text) : null;
}

// The elements of a list of plain names, in small letters, in the field's order, each once.
function weighted(value) {
  var item = new RegExp('^(?:' + tables.grammar.item + ')$');
  var names = [];
  var weights = {};
  elementsOf(value || '').forEach(function (element) {
    var named = item.exec(element);
    var weight = named ? weightOf(parametersOf(named[2] || '')) : null;
    if (weight === null) { return; }
    var name = named[1].toLowerCase();
    if (weights[name] === undefined) {
      names.push(name);
      weights[name] = weight;
    }
  });
  return { names: names, weights: weights };
}

// The language that the address names, with `!`, or else the field prefers (RFC 4647, section 3.4).
function languageOf(asked, fields) {
  var named = (asked.lang || '').toLowerCase();
  if (has(tables.languages, named)) { return named + '!'; }
  var found = weighted(fields['accept-language']);
  var names = found.names.filter(function (name) { return name.length <= tables.limits.language; });
  var left = copied(tables.languages).filter(function (tag) {
    return names.indexOf(tag) < 0 || found.weights[tag] !== 0;
  });
  if (!left.length) { left.push(tables.languages[0]); }
  var wanted = names.filter(function (name) { return found.weights[name] > 0; });
  while (wanted.length) {
    var first = 0;
    for (var i = 1; i < wanted.length; i++) {
      if (found.weights[wanted[i]] > found.weights[wanted[first]]) { first = i; }
    }
    var name = wanted.splice(first, 1)[0];
    var tag = name === '*' ? left[0] : lookedUp(name, left);
    if (tag) { return tag; }
  }
  return left[0];
}

function lookedUp(name, left) {
  for (var i = 0; i < left.length; i++) {
    if ((name + '-').indexOf(left[i] + '-') === 0) { return left[i]; }
  }
  return null;
}

// The profile that the address names, with `!`, or else the field prefers; '' where neither is there (profiling.py).
function profileOf(asked, fields) {
  if (asked._profile !== undefined) {
    var named = namedProfile(asked._profile);
    return named ? named.token + '!' : '';
  }
  var field = fields['accept-profile'];
  return field === undefined ? '' : preferredProfile(field.slice(0, tables.limits.field));
}

function namedProfile(value) {
  var names = value.split(',');
  for (var i = 0; i < names.length && i < tables.limits.elements; i++) {
    var found = profileCalled(names[i].trim().replace(/^</, '').replace(/>$/, ''));
    if (found) { return found; }
  }
  return null;
}

function profileCalled(name) {
  for (var i = 0; i < tables.profiles.length; i++) {
    if (has(tables.profiles[i].names, name)) { return tables.profiles[i]; }
  }
  return null;
}

function preferredProfile(field) {
  var element = new RegExp('^(?:' + tables.grammar.profile + ')');
  var weights = {};
  var best = null;
  var place = 0;
  for (var count = 0; place < field.length && count < tables.limits.elements; count++) {
    var match = element.exec(field.slice(place));
    if (!match) {
      var comma = field.indexOf(',', place);
      place = comma < 0 ? field.length : comma + 1;
      continue;
    }
    place += match[0].length + 1;
    var weight = weightOf(parametersOf(match[3] || ''));
    var found = weight === null ? null : profileCalled(match[1] || match[2] || '');
    if (found && weights[found.token] === undefined) { weights[found.token] = weight; }
  }
  for (var token in weights) {
    if (weights[token] > 0 && (best === null || weights[token] > weights[best])) { best = token; }
  }
  for (var i = 0; best === null && i < tables.profiles.length; i++) {
    if (weights[tables.profiles[i].token] === undefined) { best = tables.profiles[i].token; }
  }
  return best === null ? tables.profiles[0].token : best;
}

function acceptsGzip(field) {
  var found = weighted(field);
  var weights = {};
  found.names.forEach(function (name) {
    weights[name.indexOf('x-') === 0 ? name.slice(2) : name] = found.weights[name];
  });
  var others = weights['*'] === undefined ? 0 : weights['*'];
  var weight = weights.gzip === undefined ? others : weights.gzip;
  return weight > 0 && weight >= (weights.identity === undefined ? 0 : weights.identity);
}

// ── Answering (server/library.py, server/conditional.py) ───────────────────────────────────────────────────────────

function send(r, method, resource, fills, asked, fields, query) {
  var found = chosen(resource, asked, fields);
  var coded = found.coded && acceptsGzip(fields['accept-encoding'] || '') ? found.coded : null;
  var form = coded || found.plain;
  if (found.status !== 200) {
    whole(r, found.status, form, fills, found.status === 308 ? query : '');
    return;
  }
  var tag = found.tag === null ? null : filled(found.tag, fills);
  var outcome = tag === null && !found.modified ? 200 : outcomeOf(fields, tag, found.modified && filled(found.modified, fills));
  if (outcome === 412) {
    say(r, method, tables.problems.condition, '', '', asked, fields);
  } else if (outcome === 200 && misleads(fields)) {
    r.internalRedirect('@unconditional');
  } else if (outcome === 304) {
    unchanged(r, found, form, fills, tag, fields);
  } else if (found.ranges) {
    ranged(r, method, form, fills, tag, asked, fields);
  } else {
    put(r, form.fields, fills);
    file(r, filled(form.body, fills), '@file');
  }
}

// Whether nginx would decide on conditions anew, and otherwise: it knows of no tag, or makes one of its own.
function misleads(fields) {
  return fields['if-match'] !== undefined || fields['if-unmodified-since'] !== undefined
    || (fields['if-none-match'] || '').trim() === ANY;
}

function put(r, named, fills) {
  for (var i = 0; i < named.length; i++) {
    var field = fieldOf(named[i]);
    r.headersOut[field[0]] = filled(field[1], fills);
  }
}

// A header field: those of shared shapes stand in a table of their own.
function fieldOf(named) {
  return typeof named === 'number' ? tables.fields[named] : named;
}

function filled(text, fills) {
  var parts = text.split('\x01');
  var whole = parts[0];
  for (var i = 1; i < parts.length; i++) {
    var end = parts[i].indexOf('\x02');
    var number = parts[i].slice(0, end);
    whole += (/^[0-9]+$/.test(number) ? fills[parseInt(number, 10)] : '\x01' + number + '\x02') + parts[i].slice(end + 1);
  }
  return whole;
}

function file(r, name, place) {
  r.variables.legation_file = '/' + name;
  r.internalRedirect(place);
}

function whole(r, status, form, fills, query) {
  put(r, form.fields, fills);
  if (query && r.headersOut.location) { r.headersOut.location = r.headersOut.location.split('?')[0] + '?' + query; }
  body(r, status, form.body ? fs.readFileSync(ngx.conf_prefix + filled(form.body, fills)) : '');
}

function body(r, status, content) {
  if (content.length || status >= 400) {
    r.return(status, content);
    return;
  }
  r.headersOut['content-length'] = '0';
  bare(r, status);
}

// An answer without content: r.return() would add words of nginx to a redirect, and a length to a 304.
function bare(r, status) {
  r.status = status;
  r.sendHeader();
  r.finish();
}

function unchanged(r, found, form, fills, tag, fields) {
  put(r, found.unchanged, fills);
  if (tag && found.ranges) {
    r.headersOut.etag = '"' + tag + '"';
  } else if (tag) {
    r.headersOut.etag = knownTag(fields['if-none-match'] || '', tag) || '"' + tag + (form === found.coded ? '-gzip' : '') + '"';
  }
  bare(r, 304);
}

// An answer that repeats words of the client: a problem, or a redirect to what they name.
function say(r, method, kept, raw, verb, asked, fields, flaw) {
  var shape = typeof kept.shape === 'number' ? tables.shapes[kept.shape] : kept.shape;
  var found = chosen(shape[''], asked, fields);
  var form = found.plain;
  var isPage = found.is_page && (method === 'GET' || method === 'HEAD');
  var write = function (text) { return hollowsFilled(filled(text, kept.fills), raw, verb); };
  var content = form.body ? fs.readFileSync(ngx.conf_prefix + filled(form.body, kept.fills), 'utf8') : '';
  if (found.is_hollow) { content = hollowsFilled(content, raw, verb); }
  for (var i = 0; i < form.fields.length; i++) {
    var field = fieldOf(form.fields[i]);
    var name = field[0];
    var value = field[1];
    if (name === 'repr-digest') {
      if (!isPage) { continue; }
      value = digestOf(content);
    } else if (name === 'vary') {
      value = variesBy(value, isPage ? content : '');
    }
    r.headersOut[name] = write(value);
    if (name === 'location' && keptOf(asked)) { r.headersOut[name] = joined(write(value), keptOf(asked)); }
  }
  body(r, found.status, content);
}

function joined(address, kept) {
  var parts = address.split('?');
  var others = (parts[1] || '').split('&').filter(function (part) {
    return part && !has(tables.kept, part.split('=')[0]);
  });
  return parts[0] + '?' + [kept].concat(others).join('&');
}

// Short answers are not sent as gzip, so they do not vary by Accept-Encoding (server/library.py).
function variesBy(field, content) {
  var plain = field.replace(/(?:^|, )Accept-Encoding$/, '');
  var bytes = Buffer.from(content, 'utf8').length;
  return bytes < tables.limits.gzip ? plain : plain + (plain ? ', ' : '') + 'Accept-Encoding';
}

function digestOf(content) {
  return 'sha-256=:' + crypto.createHash('sha256').update(content).digest('base64') + ':';
}

function hollowsFilled(text, raw, verb) {
  var parts = text.split('\x01');
  var whole = parts[0];
  for (var i = 1; i < parts.length; i++) {
    var end = parts[i].indexOf('\x02');
    var code = parts[i].slice(0, end);
    whole += (code === 'm' ? verb : WRITTEN[code.charAt(1)](wordsOf(code.charAt(0), raw))) + parts[i].slice(end + 1);
  }
  return whole;
}

function wordsOf(source, raw) {
  var text = textOf(raw);
  if (source === 'w') { return text; }
  if (source === 'u') { return asUri(text); }
  if (source === 'n') { return normal(text); }
  if (source === 'v') { return asUri(normal(text)); }
  var plain = plainOf(raw);
  return source === 'd' ? plain : escaped(plain, "/:@!$&'()*+,;=-._~");
}

// 200, 304 or 412, by the precedence of RFC 9110, section 13.2.2.
function outcomeOf(fields, tag, modified) {
  var match = fields['if-match'] || '';
  var noneMatch = fields['if-none-match'] || '';
  if (match) {
    if (!lists(match, tag, false)) { return 412; }
  } else if (fields['if-unmodified-since'] && isNewer(modified, fields['if-unmodified-since'])) {
    return 412;
  }
  if (noneMatch) { return lists(noneMatch, tag, true) ? 304 : 200; }
  var since = fields['if-modified-since'];
  return since && isNewer(modified, since) === false ? 304 : 200;
}

function tagsOf(tag) {
  return [tag, tag + '-gzip'];
}

// The tags that a field lists: strong ones, and all.
function listed(field) {
  var found = { strong: [], all: [] };
  var match;
  LISTED.lastIndex = 0;
  while (LISTED.lastIndex < field.length && (match = LISTED.exec(field))) {
    var tag = match[2] === undefined ? match[3] : match[2];
    if (!match[1]) { found.strong.push(tag); }
    found.all.push(tag);
  }
  return found;
}

function lists(field, tag, weakly) {
  if (field.trim() === '*') { return true; }
  if (tag === null) { return false; }
  var found = listed(field);
  return tagsOf(tag).some(function (mine) { return (weakly ? found.all : found.strong).indexOf(mine) >= 0; });
}

function knownTag(field, tag) {
  var all = listed(field).all;
  var mine = tagsOf(tag).filter(function (one) { return all.indexOf(one) >= 0; });
  return mine.length ? '"' + mine[0] + '"' : null;
}

// Whether content was modified after the moment of a field; null for a field that is no date.
function isNewer(modified, field) {
  var since = dateOf(field);
  var at = modified ? dateOf(modified) : null;
  return since === null || at === null ? null : at > since;
}

function dateOf(field) {
  var found = /^\s*[A-Za-z]+, (\d{1,2})[ -]([A-Z][a-z]{2})[ -](\d{4}) (\d\d):(\d\d):(\d\d) GMT\s*$/.exec(field);
  var month = found ? MONTHS.indexOf(found[2]) / 3 : -1;
  return found && month >= 0 ? Date.UTC(+found[3], month, +found[1], +found[4], +found[5], +found[6]) : null;
}

// One range of bytes (server/ranges.py); anything else gets the whole. nginx itself cuts the part out.
function ranged(r, method, form, fills, tag, asked, fields) {
  var named = copied(form.fields).filter(function (field) { return fieldOf(field)[0] !== 'accept-ranges'; });
  var length = parseInt(filled(form.length, fills), 10);
  var range = /^\s*bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*$/i.exec(fields.range || '');
  var isMeant = fields['if-range'] === undefined || fields['if-range'] === '"' + tag + '"';
  var place = '@file';
  if (method === 'GET' && range && isMeant && (range[1] || range[2])) {
    var start = range[1] ? parseInt(range[1], 10) : length - parseInt(range[2], 10);
    var isBackwards = range[1] && range[2] && parseInt(range[2], 10) < start;
    if (!isBackwards && (start >= length || (!range[1] && parseInt(range[2], 10) === 0))) {
      r.headersOut['content-range'] = 'bytes */' + length;
      say(r, method, tables.problems.range, String(length), '', asked, fields);
      return;
    }
    if (!isBackwards) { place = '@part'; }
  }
  r.variables.legation_tag = '"' + tag + '"';
  put(r, named.filter(function (field) { return fieldOf(field)[0] !== 'etag'; }), fills);
  if (place === '@file') { r.headersOut['accept-ranges'] = 'bytes'; r.headersOut.etag = '"' + tag + '"'; }
  file(r, filled(form.body, fills), place);
}

// ── Tables: nginx hands them over frozen and without the methods of arrays ─────────────────────────────────────────

function copied(list) {
  var found = [];
  for (var i = 0; i < list.length; i++) { found.push(list[i]); }
  return found;
}

function has(list, value) {
  for (var i = 0; i < list.length; i++) {
    if (list[i] === value) { return true; }
  }
  return false;
}

// ── Text (server/addresses.py) ─────────────────────────────────────────────────────────────────────────────────────

// Bytes as a string of characters below 256.
function bytesOf(buffer) {
  var whole = '';
  for (var i = 0; i < buffer.length; i++) { whole += String.fromCharCode(buffer[i]); }
  return whole;
}

// The text that bytes are in UTF-8; what is none becomes U+FFFD.
function textOf(bytes) {
  if (/^[\x01-\x7f]*$/.test(bytes)) { return bytes; }
  var codes = new Uint8Array(bytes.length);
  for (var i = 0; i < bytes.length; i++) { codes[i] = bytes.charCodeAt(i); }
  return new TextDecoder('utf-8').decode(codes);
}

function isText(bytes) {
  return bytesOf(Buffer.from(textOf(bytes), 'utf8')) === bytes;
}

// The text of a path, in which an escaped `/` stays one (server/bridge.py).
function plainOf(path) {
  return textOf(decoded(path.replace(/%2f/gi, '%252F')));
}

function decoded(bytes) {
  return bytes.replace(/%([0-9A-Fa-f]{2})/g, function (_, digits) { return String.fromCharCode(parseInt(digits, 16)); });
}

// What makes a path no address; null for one that is.
function flawOf(bytes) {
  var plain = decoded(bytes);
  if (/%(?![0-9A-Fa-f]{2})/.test(bytes)) { return 'escape'; }
  if (!isText(bytes) || !isText(plain)) { return 'utf8'; }
  if (plain.indexOf('\x00') >= 0) { return 'nul'; }
  var segments = normal(textOf(bytes)).split('/');
  return segments.indexOf('.') >= 0 || segments.indexOf('..') >= 0 ? 'dots' : null;
}

function escaped(text, safe) {
  var bytes = bytesOf(Buffer.from(text, 'utf8'));
  var whole = '';
  for (var i = 0; i < bytes.length; i++) {
    var c = bytes.charAt(i);
    var code = bytes.charCodeAt(i);
    whole += /[A-Za-z0-9_.~-]/.test(c) || safe.indexOf(c) >= 0 ? c : '%' + (code < 16 ? '0' : '') + code.toString(16).toUpperCase();
  }
  return whole;
}

function asUri(text) {
  return escaped(text, "/:@!$&'()*+,;=-._~%?#[]");
}

function normal(text) {
  return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, function (run) {
    var plain = textOf(decoded(run));
    var whole = '';
    for (var i = 0; i < plain.length; i++) {
      var c = plain.charAt(i);
      var code = plain.charCodeAt(i);
      whole += /[A-Za-z0-9._~-]/.test(c) || code > 0x9f ? c : '%' + (code < 16 ? '0' : '') + code.toString(16).toUpperCase();
    }
    return whole;
  });
}

function spellings(path) {
  var uri = asUri(normal(path));
  var capital = uri.replace(/%[0-9A-Fa-f]{2}/g, function (e) { return e.toUpperCase(); });
  var small = uri.replace(/%[0-9A-Fa-f]{2}/g, function (e) { return e.toLowerCase(); });
  var all = [path, normal(path), capital, small];
  return all.filter(function (name, place) { return all.indexOf(name) === place; });
}

function argumentsOf(query) {
  var found = {};
  query.split('&').forEach(function (part) {
    if (!part) { return; }
    var place = part.indexOf('=');
    var read = function (text) { return textOf(decoded(text.replace(/\+/g, ' '))); };
    var name = read(place < 0 ? part : part.slice(0, place));
    if (found[name] === undefined) { found[name] = place < 0 ? '' : read(part.slice(place + 1)); }
  });
  return found;
}

// Header fields by name in small letters, several lines of one joined; under '' the bytes of all.
function fieldsOf(raw) {
  var found = { '': 0 };
  for (var i = 0; i < raw.length; i++) {
    var name = raw[i][0].toLowerCase();
    found[''] += raw[i][0].length + raw[i][1].length;
    found[name] = found[name] === undefined ? raw[i][1] : found[name] + ', ' + raw[i][1];
  }
  return found;
}

export default { answer, refused };
