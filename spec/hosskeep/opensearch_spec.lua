local opensearch = require "hosskeep.opensearch"

local function answer(state, failed, successful, total)
    return json.encode {
        snapshot = {
            state = state, failures = failed > 0 and { { reason = "disk" } } or nil,
            shards = { failed = failed, successful = successful, total = total },
        },
    }
end

describe("hosskeep.opensearch", function()
    it("takes a whole snapshot", function()
        local problem, snapshot = opensearch.problem(200, answer("SUCCESS", 0, 3, 3))
        assert.is_nil(problem)
        assert.equal("SUCCESS", snapshot.state)
    end)

    it("refuses a partial or failed one, whatever the status", function()
        assert.equal("the snapshot is PARTIAL: disk",
            (opensearch.problem(200, answer("PARTIAL", 1, 2, 3))))
        assert.truthy(opensearch.problem(200, answer("FAILED", 0, 0, 3)))
        assert.truthy(opensearch.problem(200, answer("SUCCESS", 0, 2, 3)))
        assert.truthy(opensearch.problem(200, '{"accepted": true}'))
    end)

    it("tells what an error body says", function()
        assert.equal("status 503, busy", (opensearch.problem(503, '{"error": {"reason": "busy"}}')))
        assert.equal("status 200, busy", (opensearch.problem(200, '{"error": {"reason": "busy"}}')))
        assert.equal("status 429, slow down", (opensearch.problem(429, '{"error": "slow down"}')))
        assert.equal("status 502 and no JSON", (opensearch.problem(502, "<html>")))
    end)
end)
