# frozen_string_literal: true

# Every test, in one process; or those that are named: ruby test/all.rb stream errors
names = ARGV.empty? ? ["*"] : ARGV.shift(ARGV.size)
names.each { |name| Dir[File.join(__dir__, "test_#{name}.rb")].each { |file| require file } }
