local durable = require "hosskeep.durable"

describe("bringing a restore to disk", function()
    local start, snap = process.start, nil
    local warnings, ctx

    before_each(function()
        snap = assert:snapshot()
        warnings = {}
        ctx = {
            warn = function(_, fmt, ...)
                warnings[#warnings + 1] = fmt:format(...)
            end,
        }
    end)
    after_each(function()
        snap:revert()
    end)

    it("waits for the machine's own sync, in silence", function()
        local ended
        stub(process, "start", function(options)
            assert.equal("sync", options[1])
            local child = start(options)
            return {
                wait = function(_, seconds)
                    ended = child:wait(seconds)
                    return ended
                end,
            }
        end)
        durable.wait(ctx)
        assert.equal(0, ended.code)
        assert.same({}, warnings)
    end)

    it("warns when it fails, or does not end", function()
        local ended = { code = 3 }
        stub(process, "start", function()
            return { wait = function() return ended end }
        end)
        durable.wait(ctx)
        ended = nil
        durable.wait(ctx)
        assert.same({
            "what came back may not be on disk yet: sync ended with 3",
            "what came back may not be on disk yet: sync has not ended within 900 s",
        }, warnings)
    end)
end)
