-- Asks the paths of a file, one a line, in turn; what follows a path on its line is sent as If-None-Match.
--   wrk … -s requests.lua URL -- FILE PREFIX RUN ACCEPT
local requests, at = {}, 0

function init(args)
  local file, prefix, run, accept = args[1], args[2], args[3], args[4]
  for line in io.lines(file) do
    local path, tag = line:match("^(%S+)%s*(.*)$")
    local headers = { Host = wrk.headers["Host"], Accept = accept }
    if tag ~= "" then headers["If-None-Match"] = tag end
    requests[#requests + 1] = wrk.format("GET", prefix .. path:gsub("RUN", run), headers)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency, _)
  local e = summary.errors
  io.write(string.format('\n{"requests": %d, "seconds": %f, "errors": %d, "p99_ms": %f}\n', summary.requests,
    summary.duration / 1e6, e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(99) / 1000))
end
