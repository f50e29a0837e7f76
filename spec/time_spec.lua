describe("time", function()
    it("formats in UTC and reads it back", function()
        assert.equal("1970-01-01T00:00:00Z", time.format("%Y-%m-%dT%H:%M:%SZ", 0))
        assert.equal("", time.format("", 0))
        local now = math.floor(time.now())
        assert.equal(now, time.parse_iso(time.format "%Y-%m-%dT%H:%M:%SZ"), 1)
    end)

    it("reads zones and fractions, and nothing that is not a time", function()
        local at = 1767323045
        assert.equal(at, time.parse_iso "2026-01-02T03:04:05Z")
        assert.equal(at, time.parse_iso "2026-01-02 03:04:05")
        assert.equal(at + 0.5, time.parse_iso "2026-01-02T03:04:05.5Z")
        assert.equal(at - 7200, time.parse_iso "2026-01-02T03:04:05+02:00")
        assert.equal(at + 5400, time.parse_iso "2026-01-02T03:04:05-0130")
        for _, text in ipairs { "", "2026-01-02", "2026-02-30T00:00:00Z", "2026-01-02T03:04:05X",
            "2026-01-02T03:04:05+99:00" } do
            assert.is_nil(time.parse_iso(text), text)
        end
    end)

    it("sleeps about as long as it is told", function()
        local began = time.monotonic()
        time.sleep(0.15)
        local took = time.monotonic() - began
        assert.is_true(took >= 0.15 and took < 2)
        assert.error_matches(function() time.sleep(0 / 0) end, "not a time")
    end)
end)
