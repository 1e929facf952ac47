-- A load for wrk. Arguments: METHOD BODY_FILE|- CONTENT_TYPE|- [NUMBER]
-- With NUMBER each body is different: eight of its bytes are a counter that starts there.
local first, last, number

function init(args)
  wrk.method = args[1]
  if args[2] ~= "-" then
    local file = assert(io.open(args[2], "rb"))
    wrk.body = file:read("*a")
    file:close()
    wrk.headers["Content-Length"] = #wrk.body
    wrk.headers["Content-Type"] = args[3]
  end
  number = tonumber(args[4])
  if number then first, last = wrk.body:sub(1, 1000), wrk.body:sub(1009) end
end

function request()
  if not number then return wrk.format() end
  number = number + 1
  return wrk.format(nil, nil, nil, first .. string.format("%08d", number) .. last)
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format('\nRESULT {"requests":%d,"errors":%d,"p99_us":%d}\n', summary.requests,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout, latency:percentile(99)))
end
