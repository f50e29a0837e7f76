local base64 = require "hosskeep.base64"
local rabbitmq = require "hosskeep.rabbitmq"

describe("hosskeep.base64", function()
    it("decodes every length", function()
        assert.equal("", base64.decode(""))
        assert.equal("f", base64.decode("Zg=="))
        assert.equal("fo", base64.decode("Zm8="))
        assert.equal("foo", base64.decode("Zm9v"))
        assert.equal("foob", base64.decode("Zm9vYg=="))
        assert.equal("\0\255\16\131", base64.decode("AP8Qgw=="))
    end)

    it("refuses what is no base 64", function()
        for _, text in ipairs { "Zg", "Zg=", "Z===", "Zm9v!", "Zm 9v", "Z" } do
            assert.is_nil(base64.decode(text))
        end
    end)
end)

describe("hosskeep.rabbitmq", function()
    it("joins the pieces of a long Erlang binary", function()
        assert.equal("abcdef", rabbitmq.binary('<<"abc"\n  "def">>\n'))
        assert.is_nil(rabbitmq.binary("Error: unable to perform an operation on node"))
    end)

    it("reads what the broker tells", function()
        local told = rabbitmq.parse('<<"eyJub2RlIjoicmFiYml0QGEiLCJxdWV1ZXMiOltdfQ==">>\n')
        assert.equal("rabbit@a", told.node)
        assert.equal(0, #told.queues)
    end)

    it("takes nothing else", function()
        assert.is_nil(rabbitmq.parse('<<"e30=">>'))
        assert.is_nil(rabbitmq.parse('<<"bm8=">>'))
        assert.is_nil(rabbitmq.parse("{badrpc,nodedown}"))
    end)
end)
