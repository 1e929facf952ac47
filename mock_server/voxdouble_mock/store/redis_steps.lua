-- The atomic steps of the Redis store. ARGV[1] is a MessagePack map: `step` names the step, the rest are its arguments.
-- ARGV[2] is another one, of arguments that are the same for all steps of a mock. Further ones are contents: results of
-- tasks, or a scenario. The reply is a list of strings, the first of which is a MessagePack map. Texts in all are UTF-8;
-- records, tasks and log entries are JSON texts. Instants are milliseconds.
--
-- voxdouble:store        hash: schema, life, opened (the first instant), latest (that of the last step, or up to a second
--                        before it), searched (the instant of the last search in vain for unused namespaces),
--                        bytes (of tasks and results), sizes (of records), log_bytes
-- voxdouble:names        sorted set: the names of the namespaces by the instant of their last use
-- voxdouble:contents     hash: results and scenarios by digest
-- voxdouble:uses         hash: the number of uses of each content
-- voxdouble:initial      set: the digests of the scenarios with which mocks start namespaces
-- voxdouble:NAME:head    hash: life, by_reset, version, clock (mode, rate, anchor, shown), record, scenario, bytes,
--                        number (of tasks so far), logged, cleared, size (of the record in memory), log_bytes
-- voxdouble:NAME:counters, voxdouble:NAME:tasks   hashes
-- voxdouble:NAME:expiry  sorted set: the ids of the tasks by the instant at which they expire
-- voxdouble:NAME:log     list

local a = cmsgpack.unpack(ARGV[2])
for name, value in pairs(cmsgpack.unpack(ARGV[1])) do
  a[name] = value
end
local call = redis.call
local STORE, NAMES, CONTENTS, USES = 'voxdouble:store', 'voxdouble:names', 'voxdouble:contents', 'voxdouble:uses'
local MAX_EXPIRED = 100  -- the most expired tasks that one POST deletes; if a bound is reached, all of them
local store = call('HMGET', STORE, 'life', 'opened', 'latest', 'schema')
local now

local function key(name, part)
  return 'voxdouble:' .. name .. ':' .. part
end

local function reply(fields, ...)
  fields.now, fields.opened = now, tonumber(store[2])
  return {cmsgpack.pack(fields), ...}
end

-- If the clock of the Redis server is set back, the instant stays at `latest` until that clock has reached it again. So it
-- goes back by less than a second. To store it with each poll would cost a write to the disk of the server.
local function read_clock()
  if a.now then
    now = a.now
  else
    local time = call('TIME')
    now = math.max(time[1] * 1000 + math.floor(time[2] / 1000), tonumber(store[3] or 0))
  end
  if store[1] and not a.now and now - tonumber(store[3]) >= 1000 then
    redis.pcall('HSET', STORE, 'latest', now)
  end
end

local function keep(digest, content)
  if call('HINCRBY', USES, digest, 1) == 1 then
    call('HSET', CONTENTS, digest, content)
  end
end

local function release(digest)
  if digest ~= '' and call('HINCRBY', USES, digest, -1) <= 0 then
    call('HDEL', USES, digest)
    call('HDEL', CONTENTS, digest)
  end
end

local function read_head(name)
  local v = call('HMGET', key(name, 'head'), 'life', 'version', 'mode', 'rate', 'anchor', 'shown', 'by_reset', 'scenario')
  if not v[1] then
    return nil
  end
  return {life = v[1], version = tonumber(v[2]), mode = v[3], rate = v[4], anchor = tonumber(v[5]),
          shown = tonumber(v[6]), by_reset = v[7] == '1', scenario = v[8]}
end

local function shown(head)  -- as `read` in core/clock.py
  return head.shown + math.floor(math.max(0, now - head.anchor) * tonumber(head.rate))
end

local function task_count(name)
  return call('ZCARD', key(name, 'expiry'))
end

local function count_bytes(name, size)
  call('HINCRBY', key(name, 'head'), 'bytes', size)
  call('HINCRBY', STORE, 'bytes', size)
end

local function count_log(name, size)
  call('HINCRBY', key(name, 'head'), 'log_bytes', size)
  call('HINCRBY', STORE, 'log_bytes', size)
end

local function delete_expired(name, head, limit)
  local ids = call('ZRANGEBYSCORE', key(name, 'expiry'), '-inf', shown(head), 'LIMIT', 0, limit)
  for _, id in ipairs(ids) do
    local task = cmsgpack.unpack(call('HGET', key(name, 'tasks'), id))
    call('HDEL', key(name, 'tasks'), id)
    call('ZREM', key(name, 'expiry'), id)
    release(task.digest)
    count_bytes(name, 0 - task.size)  -- -0 is no integer for Redis
  end
end

local function delete(name)
  for _, task in ipairs(call('HVALS', key(name, 'tasks'))) do
    release(cmsgpack.unpack(task).digest)
  end
  local values = call('HMGET', key(name, 'head'), 'bytes', 'scenario', 'size', 'log_bytes')
  call('HINCRBY', STORE, 'bytes', 0 - tonumber(values[1]))
  call('HINCRBY', STORE, 'sizes', 0 - tonumber(values[3]))
  call('HINCRBY', STORE, 'log_bytes', 0 - tonumber(values[4]))
  release(values[2])
  call('DEL', key(name, 'head'), key(name, 'counters'), key(name, 'tasks'), key(name, 'expiry'), key(name, 'log'))
  call('ZREM', NAMES, name)
end

local function delete_if_idle(name, head)
  local last_use = tonumber(call('ZSCORE', NAMES, name))
  if name == '' or last_use > now - a.idle then
    return false
  end
  delete_expired(name, head, -1)
  if task_count(name) == 0 or head.mode == 'manual' then
    delete(name)
    return true
  end
  return false
end

local function delete_idle(except)
  for _, name in ipairs(call('ZRANGEBYSCORE', NAMES, '-inf', now - a.idle)) do
    if name ~= except then
      delete_if_idle(name, read_head(name))
    end
  end
end

local function delete_unused(most)  -- the least recently used ones first
  for _, name in ipairs(call('ZRANGE', NAMES, 0, -1)) do
    if most == 0 then
      return
    end
    if name ~= '' and read_head(name).version == 0 and task_count(name) == 0 then
      delete(name)
      most = most - 1
    end
  end
end

local function has_room()  -- for one more namespace; as `has_room` in store/eviction.py
  if call('ZCARD', NAMES) < a.max_namespaces then
    return true
  end
  local searched = call('HGET', STORE, 'searched')
  if searched and tonumber(searched) <= now and now < searched + a.search_interval then
    return false
  end
  delete_idle()
  if call('ZCARD', NAMES) >= a.max_namespaces then
    delete_unused(a.giving_way)
  end
  if call('ZCARD', NAMES) >= a.max_namespaces then
    redis.pcall('HSET', STORE, 'searched', now)
    return false
  end
  return true
end

local function create(name, by_reset)
  local initial = a.initial
  if initial.scenario ~= '' then
    call('HINCRBY', USES, initial.scenario, 1)  -- the content is there since `open`
  end
  call('HSET', key(name, 'head'), 'life', a.new_life, 'by_reset', by_reset and 1 or 0, 'version', 0,
       'mode', initial.mode, 'rate', initial.rate, 'anchor', now, 'shown', initial.from_opening and store[2] or now,
       'record', initial.record, 'scenario', initial.scenario, 'bytes', 0, 'number', 0, 'logged', 0, 'cleared', 0,
       'size', 0, 'log_bytes', 0)
  call('ZADD', NAMES, now, name)
  return read_head(name)
end

local function existing(name)
  local head = read_head(name)
  if not head and name == '' then
    return create(name, false)
  end
  if head and delete_if_idle(name, head) then
    return nil
  end
  return head
end

local function touch(name)
  if math.abs(now - tonumber(call('ZSCORE', NAMES, name))) >= 1000 then
    redis.pcall('ZADD', NAMES, now, name)  -- a full Redis server still answers polls
  end
end

local function use(name)
  local head = existing(name)
  if head then
    touch(name)
    return head
  end
  return has_room() and create(name, false) or nil
end

-- The fields of a namespace in a reply; the record and the scenario only if the mock does not know them already.
local function describe(name, head, fields)
  local content = ''
  if a.life ~= head.life or a.version ~= head.version then
    fields.life, fields.version, fields.by_reset = head.life, head.version, head.by_reset
    fields.mode, fields.rate, fields.anchor, fields.shown = head.mode, head.rate, head.anchor, head.shown
    local values = call('HMGET', key(name, 'head'), 'record', 'size')
    fields.record, fields.size, fields.scenario = values[1], tonumber(values[2]), head.scenario
    if head.scenario ~= '' and head.scenario ~= a.scenario then
      content = call('HGET', CONTENTS, head.scenario)
    end
  end
  return fields, content
end

-- Count a call for the faults at its address; return the number of the one that applies. As `next_fault` in core/fault.py.
local function next_fault(name, at)
  local counters, chosen = key(name, 'counters'), nil
  for _, fault in ipairs(a.faults) do
    local prefix = 'fault:' .. fault.number .. ':'
    local applied = tonumber(call('HGET', counters, prefix .. 'applied') or 0)
    if (not fault['until'] or at < fault['until']) and (not fault.limit or applied < fault.limit) then
      local seen = call('HINCRBY', counters, prefix .. 'seen', 1)
      if not chosen and seen >= fault.nth then
        call('HINCRBY', counters, prefix .. 'applied', 1)
        chosen = fault.number
      end
    end
  end
  return chosen
end

local function extended(list, more)  -- `unpack` has room for 8,000 values only
  for _, value in ipairs(more) do
    list[#list + 1] = value
  end
  return list
end

local steps = {}

-- Make the store if it is new or was emptied, and keep the scenario with which this mock starts namespaces.
function steps.open()
  if store[1] and store[4] ~= a.schema then
    return reply({status = 'schema', schema = store[4]})
  end
  if not store[1] then
    store = {a.new_life, now}
    call('HSET', STORE, 'schema', a.schema, 'life', a.new_life, 'opened', now, 'latest', now)
  end
  if a.initial.scenario ~= '' and call('SADD', 'voxdouble:initial', a.initial.scenario) == 1 then
    keep(a.initial.scenario, ARGV[3])
  end
  return reply({status = 'done', life = store[1]})
end

function steps.begin()
  local head = existing(a.name)
  if not head then
    return reply({status = 'missing'}, '', '', '')
  end
  touch(a.name)
  local fields, content = describe(a.name, head, {status = 'done'})
  if not fields.record and #a.faults > 0 then
    fields.fault = next_fault(a.name, shown(head))
  end
  local task, payload = '', ''
  if a.task then
    local found = call('HGET', key(a.name, 'tasks'), a.task)
    fields.found = found and true or false
    if found and a.task_life ~= head.life then
      task = found
      payload = call('HGET', CONTENTS, cmsgpack.unpack(found).digest)
    end
  end
  return reply(fields, content, task, payload)
end

local function has_room_for(plan, head)
  delete_expired(a.name, head, MAX_EXPIRED)
  if task_count(a.name) >= a.max_tasks then
    delete_expired(a.name, head, -1)
  end
  if task_count(a.name) >= a.max_tasks then
    return 'tasks'
  end
  local function is_full()
    return tonumber(call('HGET', STORE, 'bytes') or 0) + plan.size > a.max_stored
  end
  if is_full() then
    for _, name in ipairs(call('ZRANGE', NAMES, 0, -1)) do
      delete_expired(name, read_head(name), -1)
    end
    delete_idle(a.name)
  end
  return is_full() and 'bytes' or nil
end

function steps.submit()
  local name = a.name
  local head = use(name)
  if not head then
    return reply({status = 'namespaces'}, '')
  end
  if head.life ~= a.life and head.by_reset then
    return reply({status = 'reset'}, '')
  end
  if (a.life ~= '' and head.life ~= a.life) or head.version ~= a.version then
    return reply(describe(name, head, {status = 'changed'}))
  end
  local counters, counts, rule = key(name, 'counters'), {}, nil
  for index, met in ipairs(a.met) do
    counts[index] = tonumber(call('HGET', counters, 'rule:' .. met.rule) or 0) + 1
    if not rule and (not met.nth or met.nth == counts[index]) then
      rule = met.rule
    end
  end
  local plan
  for _, one in ipairs(a.plans) do
    if one.rule == rule then
      plan = one
    end
  end
  local at = shown(head)
  if plan.task then
    local full = has_room_for(plan, head)
    if full then
      return reply({status = full}, '')
    end
    local number = call('HINCRBY', key(name, 'head'), 'number', 1)
    call('HSET', key(name, 'tasks'), a.task, cmsgpack.pack({number = number, submitted = at, digest = plan.digest,
                                                          size = plan.size, plan = plan.task}))
    call('ZADD', key(name, 'expiry'), at + plan.span, a.task)
    keep(plan.digest, ARGV[plan.content])
    count_bytes(name, plan.size)
    for counter, amount in pairs(plan.counters) do
      call('HINCRBY', counters, counter, amount)
    end
  end
  for _, met in ipairs(a.met) do
    call('HINCRBY', counters, 'rule:' .. met.rule, 1)
  end
  return reply({status = 'done', life = head.life, submitted = at, rule = rule, counts = counts}, '')
end

function steps.view()
  local head = existing(a.name)
  if not head and a.create then
    head = use(a.name)
    if not head then
      return reply({status = 'namespaces'}, '')
    end
  end
  if not head then
    return reply({status = 'missing'}, '')
  end
  touch(a.name)
  local fields, content = describe(a.name, head, {status = 'done'})
  fields.logged = tonumber(call('HGET', key(a.name, 'head'), 'logged'))
  local values = call('HGETALL', key(a.name, 'counters'))
  if #values > 0 then
    fields.counters = {}
    for index = 1, #values, 2 do
      fields.counters[values[index]] = tonumber(values[index + 1])
    end
  end
  return reply(fields, content)
end

local function has_room_for_size(grown)
  local function is_full()
    return tonumber(call('HGET', STORE, 'sizes') or 0) + grown > a.max_control
  end
  if grown > 0 and is_full() then
    delete_idle(a.name)
    return not is_full()
  end
  return true
end

function steps.change()
  local head = read_head(a.name)
  if not head or head.life ~= a.life or head.version ~= a.version then
    return reply({status = 'changed'})
  end
  if a.new.size then
    local grown = a.new.size - tonumber(call('HGET', key(a.name, 'head'), 'size'))
    if not has_room_for_size(grown) then
      return reply({status = 'control'})
    end
    call('HINCRBY', STORE, 'sizes', grown)
    call('HSET', key(a.name, 'head'), 'size', a.new.size)
  end
  for _, beginning in ipairs(a.deleted) do
    for _, name in ipairs(call('HKEYS', key(a.name, 'counters'))) do
      if string.sub(name, 1, #beginning) == beginning then
        call('HDEL', key(a.name, 'counters'), name)
      end
    end
  end
  if a.new.scenario ~= '' then
    keep(a.new.scenario, ARGV[3])
  end
  release(head.scenario)
  call('HSET', key(a.name, 'head'), 'version', head.version + 1, 'mode', a.new.mode, 'rate', a.new.rate,
       'anchor', a.new.anchor, 'shown', a.new.shown, 'record', a.new.record, 'scenario', a.new.scenario)
  return reply({status = 'done'})
end

function steps.tasks()
  local head = existing(a.name)
  if not head then
    return reply({status = 'missing'}, '')
  end
  local fields, content = describe(a.name, head, {status = 'done'})
  return extended(reply(fields, content), call('HGETALL', key(a.name, 'tasks')))
end

-- Delete the oldest entries of a log, but never its newest one; return whether there were any.
local function drop_entries(name, most)
  local size, count = 0, math.min(most, call('LLEN', key(name, 'log')) - 1)
  if count < 1 then
    return false
  end
  for _, entry in ipairs(call('LRANGE', key(name, 'log'), 0, count - 1)) do
    size = size + a.entry_bytes + #entry
  end
  call('LTRIM', key(name, 'log'), count, -1)
  count_log(name, 0 - size)
  return true
end

-- Delete the oldest entries of the log whose namespace was used the longest ago; return whether there were any.
local function drop_oldest_entries()
  for _, name in ipairs(call('ZRANGE', NAMES, 0, -1)) do
    if drop_entries(name, a.dropped) then
      return true
    end
  end
  return false
end

function steps.log()
  local head = existing(a.name)
  if not head and a.create and has_room() then
    head = create(a.name, false)
  end
  if not head or (a.life and head.life ~= a.life and head.by_reset) then
    return reply({status = 'missing'})
  end
  local number = call('HINCRBY', key(a.name, 'head'), 'logged', 1)
  local entry = cmsgpack.pack({number = number, at = shown(head), entry = a.entry})
  call('RPUSH', key(a.name, 'log'), entry)
  count_log(a.name, a.entry_bytes + #entry)
  if call('LLEN', key(a.name, 'log')) > a.max_entries then
    drop_entries(a.name, 1)
  end
  while tonumber(call('HGET', STORE, 'log_bytes')) > a.max_logged and drop_oldest_entries() do
  end
  return reply({status = 'done'})
end

function steps.requests()
  if not existing(a.name) then
    return reply({status = 'missing'})
  end
  local counts = call('HMGET', key(a.name, 'head'), 'logged', 'cleared')
  local head = reply({status = 'done', total = counts[1] - counts[2]})
  return extended(head, call('LRANGE', key(a.name, 'log'), 0, -1))
end

function steps.clear_log()
  if existing(a.name) then
    call('DEL', key(a.name, 'log'))
    count_log(a.name, 0 - tonumber(call('HGET', key(a.name, 'head'), 'log_bytes')))
    call('HSET', key(a.name, 'head'), 'cleared', call('HGET', key(a.name, 'head'), 'logged'))
  end
  return reply({status = 'done'})
end

function steps.namespaces()
  existing('')
  local found = {}
  for _, name in ipairs(call('ZRANGE', NAMES, 0, -1)) do
    local head = existing(name)
    if head then
      delete_expired(name, head, -1)
      local counts = call('HMGET', key(name, 'head'), 'logged', 'cleared')
      local idle = math.max(0, now - tonumber(call('ZSCORE', NAMES, name)))
      found[#found + 1] = {name = name, tasks = task_count(name), requests = counts[1] - counts[2], idle_ms = idle}
    end
  end
  return reply({status = 'done', namespaces = found})
end

function steps.reset()
  if read_head(a.name) then
    delete(a.name)
    create(a.name, true)
    call('HDEL', STORE, 'searched')
  end
  return reply({status = 'done'})
end

function steps.check()
  return reply({status = 'done'})
end

read_clock()
if a.step ~= 'open' and a.store ~= store[1] then
  return reply({status = 'emptied'})  -- this mock must open the store again
end
return steps[a.step]()
