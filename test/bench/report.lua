-- The requests and the report of wrk, for run.sh. The environment specifies the requests: BENCH_METHOD, BENCH_HEADER (one `name: value`
-- with the credential), BENCH_CREATE (each request creates a secret with a new name; with BENCH_BATCH, so many), BENCH_TOKENS (a file
-- with one token per line: each request takes the next one), BENCH_ONCE (each token creates one secret; it counts as an error if there
-- are too few tokens).

local method = os.getenv("BENCH_METHOD") or "GET"
local headers = {}
local name, value = (os.getenv("BENCH_HEADER") or ""):match("^([^:]+): (.*)$")
if name then headers[name] = value end

-- The threads, for done(), and whether a thread had too few tokens.
local all_threads = {}
too_few = 0

local threads = 0
function setup(thread)
  threads = threads + 1
  thread:set("thread_number", threads)
  all_threads[threads] = thread
end

-- The requests with all tokens of the file, formatted in advance. Each thread cycles through its own half of them.
local with_tokens
local function format_all(file, body)
  local number = 0
  with_tokens = {}
  for token in io.lines(file) do
    number = number + 1
    headers["Authorization"] = "Bearer " .. token
    if number % 2 == thread_number % 2 then with_tokens[#with_tokens + 1] = wrk.format(method, nil, headers, body) end
  end
end

local count = 0
local batch = tonumber(os.getenv("BENCH_BATCH") or "0")
local once = os.getenv("BENCH_ONCE") ~= nil
local prefix
function init()
  if once then
    method = "POST"
    headers["Content-Type"] = "application/json"
    return format_all(os.getenv("BENCH_TOKENS"), '{"secret_name":"first","secret_value":"a value of the usual length 0123456789"}')
  end
  if os.getenv("BENCH_TOKENS") then return format_all(os.getenv("BENCH_TOKENS")) end
  -- The names differ between threads and between runs of wrk.
  prefix = string.format("%d-%d-", os.time(), thread_number) .. (os.getenv("BENCH_RUN") or "") .. "-"
  if not os.getenv("BENCH_CREATE") then fixed = wrk.format(method, nil, headers) end
  headers["Content-Type"] = "application/json"
end

function request()
  if fixed then return fixed end
  count = count + 1
  if with_tokens and once and count > #with_tokens then too_few = 1 end
  if with_tokens then return with_tokens[count % #with_tokens + 1] end
  local function secret(number)
    return string.format('{"secret_name":"bench %s%s","secret_value":"a value of the usual length 0123456789"}', prefix, number)
  end
  if batch == 0 then return wrk.format("POST", nil, headers, secret(count)) end
  local secrets = {}
  for i = 1, batch do secrets[i] = secret(count .. "-" .. i) end
  return wrk.format("POST", nil, headers, '{"secrets":[' .. table.concat(secrets, ",") .. "]}")
end

function done(summary, latency)
  local errors = summary.errors
  local lacking = 0
  for _, thread in ipairs(all_threads) do lacking = lacking + (thread:get("too_few") or 0) end
  if lacking > 0 then print("there were too few tokens") end
  print(string.format("REPORT %d %.6f %d %d %d", summary.requests, summary.duration / 1e6, latency:percentile(50),
    latency:percentile(99), errors.connect + errors.read + errors.write + errors.status + errors.timeout + lacking))
end
