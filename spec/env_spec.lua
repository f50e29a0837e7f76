describe("env", function()
    it("reads a .env as compose does", function()
        local values, list = env.parse(table.concat({
            "# comment", "A=1", "export B='x y'", 'C="a\\nb" # rest', "D=", "E=one two  # rest",
            "F=a#b", "BARE", "A=2", "G=${A}-${NONE:-def}",
        }, "\r\n"))
        assert.same({ A = "2", B = "x y", C = "a\nb", D = "", E = "one two", F = "a#b",
            G = "2-def" }, values)
        assert.equal(9, #list)
        assert.same({ key = "A", value = "1", line = 2 }, list[1])
        assert.same({ key = "BARE", line = 8 }, list[7])
    end)

    it("tells the line that cannot be read", function()
        local _, err = try(env.parse, "A=1\nB='open\n")
        assert.equal("env", err.kind)
        assert.equal(2, err.code)
    end)

    it("replaces one value and nothing else", function()
        local text = "# top\nA = 1 # one\nB=2\n"
        assert.equal("# top\nA = 9 # one\nB=2\n", env.replace(text, "A", "9"))
        local changed = env.replace(text, "B", "x y $z 'q'")
        assert.equal("x y $z 'q'", env.parse(changed).B)
        assert.equal(text .. "C=3\n", env.replace(text, "C", "3"))
    end)
end)
