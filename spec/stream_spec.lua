describe("stream", function()
    it("reads in pieces, whole and by lines", function()
        local r <close> = stream.from_string "hello"
        assert.equal("he", r:read(2))
        assert.equal("llo", r:read())
        assert.is_nil(r:read())
        assert.equal("", stream.from_string(""):read_all())
        local lines = {}
        for line in stream.from_string("a\n\nlong" .. string.rep("x", 70000) .. "\nend"):lines() do
            lines[#lines + 1] = #line
        end
        assert.same({ 1, 0, 70004, 3 }, lines)
    end)

    it("refuses more than was allowed", function()
        local ok, err = pcall(function()
            return stream.from_string("12345"):read_all(4)
        end)
        assert.is_false(ok)
        assert.equal("limit", err.kind)
    end)

    it("closes the reader when a loop over its lines is left", function()
        local r = stream.from_string "a\nb\n"
        try(function()
            for line in r:lines() do error(line) end
        end)
        local _, err = try(r.read, r)
        assert.equal("state", err.kind)
        assert.equal("reader: the reader is closed", tostring(err))
        r:close()
        assert.equal("reader (closed)", tostring(r))
    end)

    it("does not lose what a loop has read ahead", function()
        local r = stream.from_string "a\nrest"
        for line in r:lines() do
            assert.equal("a", line)
            local _, err = try(stream.copy, r, stream.null())
            assert.matches("has read ahead", tostring(err))
            assert.equal("rest", r:read())
        end
    end)

    it("copies, tells progress, and hands on what the function raises", function()
        local seen = 0
        local data = string.rep("x", 1000000)
        assert.equal(1000000, stream.copy(stream.from_string(data), stream.null(), {
            progress = function(bytes) seen = bytes end,
        }))
        assert.is_true(seen > 0)
        local function raising() error({ mark = 1 }, 0) end
        local ok, err = pcall(stream.copy, stream.from_string(data), stream.null(),
            { progress = raising })
        assert.is_false(ok)
        assert.equal(1, err.mark)
        local _, stopped = try(stream.copy, stream.from_string(data), stream.null(),
            { progress = function() return false end })
        assert.equal("cancelled", stopped.kind)
    end)

    it("lends a reader to a copy that runs", function()
        local r = stream.from_string "abc"
        local inner
        stream.copy(r, stream.null(), { progress = function()
            inner = select(2, pcall(r.close, r))
        end })
        assert.matches("is in use", tostring(inner))
        assert.equal("reader (open)", tostring(r))
    end)

    it("copies in the background and takes both sides over", function()
        local r, w = stream.from_string "abc", stream.null()
        local job <close> = stream.copy(r, w, { background = true })
        assert.equal("reader (closed)", tostring(r))
        assert.equal(3, job:wait(5))
        assert.equal(3, job:wait())
        assert.equal(3, job:bytes())
        assert.is_true(job:done())
    end)

    it("waits for any of several jobs, or for the time", function()
        local slow <close> = process.run { "sleep", "20", background = true }
        local quick <close> = hash.file("/proc/self/status", { background = true })
        local first, position = stream.wait_any { slow, quick, timeout = 10 }
        assert.equal(quick, first)
        assert.equal(2, position)
        assert.is_nil((stream.wait_any { slow, timeout = 0.05 }))
        local result, why = slow:wait(0.05)
        assert.is_nil(result)
        assert.equal("timeout", why)
        slow:cancel()
        local _, err = try(slow.wait, slow)
        assert.equal("cancelled", err.kind)
    end)

    it("names the options that there are", function()
        assert.error_matches(function()
            stream.copy(stream.from_string "", stream.null(), { progres = print })
        end, 'unknown option "progres" %(valid: progress, background%)')
        assert.error_matches(function()
            stream.copy(stream.from_string "", stream.null(), { background = 1 })
        end, 'option "background": boolean expected, got number')
        assert.error_matches(function()
            stream.copy(stream.from_string "", stream.null(),
                { background = true, progress = print })
        end, "from the background")
        assert.error_matches(function() stream.wait_any {} end, "between 1 and 64 jobs")
    end)
end)
