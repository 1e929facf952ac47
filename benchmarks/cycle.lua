-- A load for wrk: one POST and then three GETs of its Location, again and again. Arguments: BODY_FILE CONTENT_TYPE PATH
local upload, location
polls, failed = 0, 0  -- failed: responses with a redirect; wrk itself counts those with a status of 400 or more
local threads = {}

function setup(thread) table.insert(threads, thread) end

function init(args)
  local file = assert(io.open(args[1], "rb"))
  local body = file:read("*a")
  file:close()
  wrk.headers["Host"] = "127.0.0.1"
  upload = wrk.format("POST", args[3], {["Content-Type"] = args[2], ["Content-Length"] = #body, Host = "127.0.0.1"}, body)
end

function request()
  if location then return wrk.format("GET", location) end
  return upload
end

function response(status, headers)
  if status >= 300 and status < 400 then failed = failed + 1 end
  if location then
    polls = polls + 1
    if polls % 3 == 0 then location = nil end
  elseif headers["Location"] then
    location = headers["Location"]:gsub("^%a+://[^/]+", "")
  end
end

function done(summary, latency)
  local sum, bad, errors = 0, 0, summary.errors
  for _, thread in ipairs(threads) do sum, bad = sum + thread:get("polls"), bad + thread:get("failed") end
  io.write(string.format('\nRESULT {"requests":%d,"errors":%d,"p99_us":%d}\n', sum / 3,
    bad + errors.connect + errors.read + errors.write + errors.status + errors.timeout, latency:percentile(99)))
end
