describe("json", function()
    local function round(text)
        return json.encode(json.decode(text))
    end

    it("keeps what it reads", function()
        for _, text in ipairs {
            "null", "true", "[]", "{}", '""', "0", "-1", "9223372036854775807",
            "-9223372036854775808", "9007199254740993", "0.1", "1e+300", '[[],{},[{"a":[]}]]',
            '{"a":{"b":[1,2,null]},"c":"\\"\\\\\\n\xc3\xa4"}',
        } do
            assert.equal(text, round(text))
        end
    end)

    it("gives integers, floats and null", function()
        local value = json.decode '{"i": 7, "f": 0.5, "n": null, "big": 1e20}'
        assert.equal("integer", math.type(value.i))
        assert.equal("float", math.type(value.f))
        assert.equal(json.null, value.n)
        assert.equal("float", math.type(value.big))
        assert.equal("3", json.encode(3.0))
    end)

    it("refuses what RFC 8259 does not allow", function()
        for _, text in ipairs { "", "[1,]", "{'a':1}", "[1] x", "nan", "01", '"\\u0000"', '"\xff"',
            '"\\ud800"', "1e999", string.rep("[", 300) .. string.rep("]", 300), '{"a" 1}' } do
            local value, err = try(json.decode, text)
            assert.is_nil(value, text)
            assert.equal("json", err.kind)
        end
    end)

    it("sorts names, indents, and marks empty tables", function()
        assert.equal('{"a":1,"b":[1,2],"c":{}}', json.encode { c = {}, b = { 1, 2 }, a = 1 })
        assert.equal('{\n  "a": [\n    1\n  ]\n}', json.encode({ a = { 1 } }, { indent = true }))
        assert.equal("[]", json.encode(json.array()))
        assert.equal("[]", json.encode(json.array {}))
        assert.equal("{}", json.encode(json.object()))
    end)

    it("refuses what JSON cannot tell, and says where", function()
        local cycle = {}
        cycle.again = cycle
        local cases = {
            { { 1, nil, 3 }, "value: a list with holes" },
            { { a = { 1, b = 2 } }, "%.a: a table with both" },
            { { a = { b = { print } } }, "%.a%.b%[1%]: a function" },
            { { x = 0 / 0 }, "%.x: a number that is not finite" },
            { { [{}] = 1 }, "neither a string nor a position" },
            { { x = "\xff" }, "%.x: .*UTF%-8" },
            { cycle, "cycle" },
        }
        for _, case in ipairs(cases) do
            local _, err = try(json.encode, case[1])
            assert.equal("json", err.kind)
            assert.matches(case[2], tostring(err))
        end
    end)
end)
