local HERE = debug.getinfo(1, "S").source:match "^@(.*)/[^/]*$"

local server, base, port_file

local function fails(kind, code, part, f, ...)
    local ok, problem = pcall(f, ...)
    assert.is_false(ok)
    assert.equal(kind, problem.kind, tostring(problem))
    assert.equal(code, problem.code)
    assert.is_truthy(tostring(problem):find(part, 1, true), tostring(problem))
    return tostring(problem)
end

describe("http", function()
    setup(function()
        port_file = os.tmpname()
        fs.remove(port_file)
        server = process.start { "python3", "-B", HERE .. "/support/http_server.py", port_file }
        for _ = 1, 200 do
            local port = fs.read(port_file)
            if port then
                base = "http://127.0.0.1:" .. port
                return
            end
            time.sleep(0.05)
        end
        error "the server does not start"
    end)

    teardown(function()
        server:close_stdin()
        server:wait(5)
        fs.remove(port_file)
    end)

    it("gets, with headers in lower case", function()
        local r = http.get(base .. "/x?a=b", { headers = { ["X-One"] = "1" } })
        assert.equal(200, r.status)
        assert.equal("a, b", r.headers["x-two"])
        assert.equal(base .. "/x?a=b", r.url)
        assert.matches("^GET /x%?a=b\n", r.body)
        assert.matches("\nx%-one: 1\n", r.body)
        assert.same({ 1, 2.5, json.null }, json.decode(http.get(base .. "/json").body).a)
    end)

    it("sends bodies", function()
        local r = http.post(base .. "/x", { json = { a = 1 } })
        assert.matches("\ncontent%-type: application/json\n", r.body)
        assert.matches('\n{"a":1}$', r.body)
        r = http.put(base .. "/x", { body = "a\0b", headers = { ["Content-Type"] = "text/x" } })
        assert.equal("a\0b", r.body:sub(-3))
        assert.matches("\ncontent%-type: text/x\n", r.body)
        r = http.post(base .. "/x", { from = stream.from_string "streamed" })
        assert.matches("\ntransfer%-encoding: chunked\n", r.body)
        assert.matches("\nstreamed$", r.body)
        r = http.put(base .. "/x", { from = stream.from_string "sized", size = 5 })
        assert.matches("\ncontent%-length: 5\n", r.body)
        r = http.request { method = "POST", url = base .. "/x" }
        assert.matches("\ncontent%-length: 0\n", r.body)
        assert.matches("^DELETE /x\n", http.delete(base .. "/x").body)
        assert.equal("", http.head(base .. "/x").body)
    end)

    it("follows a redirect of a GET unless told not to", function()
        local r = http.get(base .. "/redirect")
        assert.equal(base .. "/json", r.url)
        assert.equal(302, http.get(base .. "/redirect", { follow = false }).status)
        assert.equal(302, http.post(base .. "/redirect").status)
    end)

    it("raises for a status of 400 and more, with the server's words", function()
        local text = fails("http", 404, "no such index [x]", http.get,
            base:gsub("//", "//me:pw@") .. "/missing?token=secret")
        assert.is_nil(text:find "pw")
        assert.is_nil(text:find "secret")
        local r = http.get(base .. "/missing", { check = false })
        assert.equal(404, r.status)
        assert.matches("no such index", r.body)
    end)

    it("raises for what goes wrong on the way", function()
        fails("http", "curl:7", "", http.get, "http://127.0.0.1:1/")
        fails("http", "curl:18", "", http.get, base .. "/cut")
        fails("timeout", nil, "", http.get, base .. "/slow", { timeout = 0.3 })
        fails("timeout", nil, "no data", http.get, base .. "/slow", { idle_timeout = 0.3 })
        fails("limit", nil, "", http.get, base .. "/large", { max_size = 1000 })
        fails("http", "curl:7", "No such file", http.get, "http://x/", { unix = "/none" })
        fails("http", "curl:1", "", http.get, "file:///etc/passwd")
    end)

    it("refuses what it cannot mean", function()
        assert.error_matches(function()
            http.get(base, { timeuot = 1 })
        end, 'unknown option "timeuot"')
        assert.error_matches(function()
            http.request { method = "GET" }
        end, "url")
        assert.error_matches(function()
            http.request { url = base, method = "GET\r\nX: y" }
        end, "method")
        assert.error(function()
            http.get(base, { headers = { A = "x\r\nB: y" } })
        end)
        assert.error(function()
            http.get(base, { body = "x", json = {} })
        end)
    end)

    it("signs in with user and password", function()
        local r = http.get(base .. "/x", { user = "me", password = "p:w" })
        assert.matches("\nauthorization: Basic bWU6cDp3\n", r.body)
    end)

    it("streams into a writer, and out of a reader", function()
        local path = os.tmpname()
        local writer = fs.create(path, { replace = true })
        local r = http.get(base .. "/large", { to = writer })
        writer:close()
        assert.equal("", r.body)
        assert.equal(64 << 20, fs.stat(path).size)
        fs.remove(path)
        local reader <close>, head = http.open { url = base .. "/large" }
        assert.equal("67108864", head.headers["content-length"])
        assert.equal(64 << 20, stream.copy(reader, stream.null()))
        fails("http", 404, "no such index", http.open, { url = base .. "/missing" })
        local cut <close> = http.open { url = base .. "/cut" }
        fails("http", "curl:18", "", cut.read_all, cut)
    end)

    it("works in the background, and can be cancelled", function()
        local one = http.get(base .. "/x", { background = true })
        local two = http.get(base .. "/slow", { background = true })
        assert.equal(200, one:wait(5).status)
        local start = time.monotonic()
        two:cancel()
        fails("cancelled", nil, "cancelled", two.wait, two)
        assert.is_true(time.monotonic() - start < 0.5)
    end)

    it("is not all that an answer of OpenSearch needs", function()
        local client = require "hosskeep.opensearch_client"
        local search = { url = base }
        assert.is_true(client.ask(search, "DELETE", "/done").acknowledged)
        assert.same({ a = { 1, 2.5, json.null } }, client.ask(search, "GET", "/json"))
        fails("http", nil, "DELETE " .. base .. "/sorry: no room", client.ask, search, "DELETE",
            "/sorry")
        fails("http", nil, "GET " .. base .. "/sorry: no room", client.ask, search, "GET", "/sorry")
        fails("http", nil, "not what was asked for", client.ask, search, "PUT", "/nothing")
        fails("http", nil, "not what was asked for", client.ask, search, "GET", "/x")
        fails("http", 404, "no such index", client.ask, search, "GET", "/missing")
        fails("http", nil, "not what was asked for", client.indices, search)
        search.container = {} -- asked in the background then, which changes nothing else
        assert.same({ a = { 1, 2.5, json.null } }, client.ask(search, "GET", "/json"))
        fails("http", 404, "no such index", client.ask, search, "GET", "/missing")
    end)
end)
