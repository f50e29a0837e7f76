---@meta

--- HTTP requests. A status of 400 or more raises kind "http" with the status as code, unless
--- check=false; a request that does not come through raises with curl's number. Since 0.3.0.
---@class http
http = {}

--- Any request. Options: method, url, headers, body or json or from=reader (with size), to=writer,
--- timeout=60, connect_timeout=10, idle_timeout, follow=true, max_size=16 MiB, unix=path, ca, cert,
--- key, insecure, user, password, check=true, background.
--- > local answer = http.request { url = url, json = { hello = 1 }, method = "POST" }
--- > assert(answer.status == 200)
---@param options table
---@return table answer status, headers (names in lower case), body, url
function http.request(options) end

--- A request whose answer's body is read as a stream.
--- > local reader <close> = http.open { url = url }
--- > assert(#reader:read_all() > 0)
---@param options table as for request, without to and from
---@return stream.reader
---@return table answer status, headers, url
function http.open(options) end

--- GET.
--- > assert(http.get(url).status == 200)
---@param url string
---@param options? table as for request
---@return table answer
function http.get(url, options) end

--- HEAD.
--- > assert(http.head(url).headers["content-length"])
---@param url string
---@param options? table as for request
---@return table answer
function http.head(url, options) end

--- POST.
--- > http.post(url, { json = { text = "backup done" } })
---@param url string
---@param options? table as for request
---@return table answer
function http.post(url, options) end

--- PUT.
--- > http.put(url, { from = stream.from_string "hello", size = 5 })
---@param url string
---@param options? table as for request
---@return table answer
function http.put(url, options) end

--- DELETE.
--- > assert(http.delete(url, { check = false }).status < 500)
---@param url string
---@param options? table as for request
---@return table answer
function http.delete(url, options) end
