--- Questions to OpenSearch. Status 200 alone says nothing: an answer that does not say what was
--- asked for, from OpenSearch or from something in front of it, raises (kind http). `search` is
--- {url=, container=}: where its container is known, a pause by somebody else raises (kind engine)
--- and is not waited for.

local attend = require "hosskeep.attend"

local m = {}

local SHORT = 60 -- seconds
local MOST_INDICES = 10000

local function refuse(method, url, message)
    error(hosskeep.error { kind = "http", op = method, subject = url, message = message }, 0)
end

local function reason(answer)
    local cause = type(answer) == "table" and answer.error
    return tostring(type(cause) == "table" and cause.reason or cause or "not what was asked for")
end

local function response_of(search, options)
    options.background = search.container ~= nil
    local job <close> = options.background and try(http.request, options) or nil
    if job then return attend.any(search.container, "opensearch", { job }):wait() end
    options.background = false -- also where no thread can be had
    return http.request(options)
end

--- The decoded answer. PUT and DELETE have to be acknowledged. timeout: seconds (60).
function m.ask(search, method, path, body, timeout)
    local url = search.url .. path
    local response = response_of(search, {
        method = method, url = url, json = body, timeout = timeout or SHORT,
    })
    local answer = try(json.decode, response.body)
    local changes = method == "PUT" or method == "DELETE"
    if type(answer) ~= "table" or answer.error or changes and answer.acknowledged ~= true then
        refuse(method, url, reason(answer))
    end
    return answer
end

-- An answer that is a list; an empty object is none.
local function list(search, path)
    local answer = m.ask(search, "GET", path)
    if #answer == 0 and json.encode(answer) ~= "[]" then
        refuse("GET", search.url .. path, reason(answer))
    end
    return answer
end

--- Every index, closed and hidden ones too: { {name=, status=, size=}, ... }.
function m.indices(search)
    local found = {}
    for _, one in ipairs(list(search, "/_cat/indices?format=json&bytes=b&expand_wildcards=all"
        .. "&h=index,status,store.size")) do
        found[#found + 1] = {
            name = one.index, status = one.status, size = tonumber(one["store.size"]) or 0,
        }
    end
    table.sort(found, function(a, b) return a.name < b.name end)
    return found
end

--- Documents of each open index, exactly: { [index] = documents }.
function m.documents(search)
    local wildcards = "expand_wildcards=open,hidden&ignore_unavailable=true"
    m.ask(search, "POST", "/_refresh?" .. wildcards)
    local path = "/_search?size=0&" .. wildcards
    local result = m.ask(search, "POST", path,
        { aggs = { by_index = { terms = { field = "_index", size = MOST_INDICES } } } })
    if type(result.hits) ~= "table" then refuse("POST", search.url .. path, reason(result)) end
    local found = {} -- an empty one is named by no aggregation
    for _, one in ipairs(list(search,
        "/_cat/indices?format=json&h=index,status&expand_wildcards=open,hidden")) do
        if one.status == "open" then found[one.index] = 0 end
    end
    for _, bucket in ipairs(((result.aggregations or {}).by_index or {}).buckets or {}) do
        found[bucket.key] = bucket.doc_count
    end
    return found
end

local function remove(search, path, timeout)
    local _, err = try(m.ask, search, "DELETE", path, nil, timeout)
    if err and err.code ~= 404 then error(err, 0) end
    return true
end

--- Removes a snapshot; true also when there was none.
function m.remove_snapshot(search, repository, name, timeout)
    return remove(search, ("/_snapshot/%s/%s"):format(repository, name), timeout)
end

--- Takes a repository from OpenSearch's list, its files stay; true also when there was none.
function m.remove_repository(search, name)
    return remove(search, "/_snapshot/" .. name)
end

return m
